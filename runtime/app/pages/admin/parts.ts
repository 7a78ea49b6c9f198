// Pieces that several pages of administration draw: the page's head, tables that become cards on a phone, chips that can be
// taken away and added to, and the dialogs that pick one thing of many or ask for a few texts.
import { html, nothing, type TemplateResult } from 'lit';
import { openDialog } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import { foldText } from '../../../ui/locale/digits.ts';
import type { AdminContext } from './context.ts';

export interface HeadOptions {
  readonly title: string;
  readonly count?: string;
  readonly back?: { readonly href: string; readonly label: string };
  readonly beside?: unknown;
  readonly commands?: unknown;
}

export function pageHead({ title, count, back, beside, commands }: HeadOptions): TemplateResult {
  return html`<header class="x-admin-head">
    ${
      back
        ? html`<nav class="x-crumbs">
            <a href=${back.href}>${icon('chevron-left')}<span>${back.label}</span></a>
          </nav>`
        : nothing
    }
    <div class="x-admin-title">
      <h1 dir="auto">${title}</h1>
      ${count === undefined ? nothing : html`<span class="x-count">${count}</span>`} ${beside ?? nothing}
      <div class="x-admin-commands">${commands ?? nothing}</div>
    </div>
  </header>`;
}

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => unknown;
  /** The cell that names the row. */
  readonly names?: boolean;
  /** Not said again on a phone's card. */
  readonly quiet?: boolean;
  /** The title is for assistive technology only. */
  readonly silent?: boolean;
}

export function table<Row>(
  label: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  empty: unknown,
): TemplateResult {
  if (rows.length === 0) return html`<div class="x-state">${empty}</div>`;
  return html`<div class="x-admin-table-frame">
    <table class="x-admin-table" aria-label=${label}>
      <thead>
        <tr>
          ${columns.map(
            ({ title, silent }) =>
              html`<th scope="col">${silent ? html`<span class="x-visually-hidden">${title}</span>` : title}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${columns.map(({ title, cell, names, quiet, silent }) => {
                const content = cell(row);
                const empty = content === '' || content === nothing || content === undefined;
                const said = quiet || silent || names ? nothing : title;
                return names
                  ? html`<th scope="row">${content}</th>`
                  : html`<td data-label=${said} data-empty=${empty ? '' : nothing}>${content}</td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export interface Chip {
  readonly id: string;
  readonly name: string;
  readonly href?: string;
}

/** Chips to take away, and a button that adds one. */
export function chips(
  context: AdminContext,
  label: string,
  list: readonly Chip[],
  options: { readonly add?: () => void; readonly remove?: (chip: Chip) => void },
): TemplateResult {
  const { t } = context;
  return html`<ul class="x-admin-chips" aria-label=${label}>
    ${list.map(
      (chip) =>
        html`<li class="x-chip">
          ${chip.href === undefined ? html`<span dir="auto">${chip.name}</span>` : html`<a href=${chip.href} dir="auto">${chip.name}</a>`}
          ${
            options.remove
              ? html`<button
                  type="button"
                  class="x-chip-remove"
                  aria-label=${t('chip.remove', { name: chip.name, list: label })}
                  @click=${() => options.remove?.(chip)}
                >
                  ${icon('x')}
                </button>`
              : nothing
          }
        </li>`,
    )}
    ${list.length === 0 && !options.add ? html`<li class="x-hint">${t('common.none')}</li>` : nothing}
    ${
      options.add
        ? html`<li>
            <button
              type="button"
              class="x-button x-button-quiet x-button-small"
              aria-label=${t('chip.add', { list: label })}
              @click=${options.add}
            >
              ${icon('plus')}${t('add')}
            </button>
          </li>`
        : nothing
    }
  </ul>`;
}

/** Names in one line; a few, then how many more. */
export function few(context: AdminContext, names: readonly { readonly name: string }[], most = 2): unknown {
  if (names.length === 0) return '';
  const shown = names.slice(0, most);
  return html`<span class="x-admin-few"
    >${shown.map(({ name }) => html`<span class="x-tag" dir="auto">${name}</span>`)}${
      names.length > most
        ? html`<span class="x-hint" data-tip=${names.map(({ name }) => name).join(context.t('common.listSeparator'))}
            >${context.t('more', { count: names.length - most })}</span
          >`
        : nothing
    }</span
  >`;
}

export interface Pick extends Chip {
  readonly secondary?: string;
}

/** Picks one of what `find` answers; typing narrows. Undefined: left. */
export async function pick(
  context: AdminContext,
  title: string,
  find: (text: string) => Promise<readonly Pick[]> | readonly Pick[],
  extra?: { readonly text: string },
): Promise<Pick | undefined> {
  const { t } = context;
  let found: readonly Pick[] = [];
  let active = 0;
  let asked = 0;
  let state: 'loading' | 'found' | 'failed' = 'loading';
  const ask = async (text: string, draw: () => void): Promise<void> => {
    const mine = ++asked;
    try {
      const answer = await find(text);
      if (mine !== asked) return;
      found = answer.slice(0, 100);
      active = 0;
      state = 'found';
    } catch {
      if (mine === asked) state = 'failed';
    }
    draw();
  };
  let begun = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return openDialog<Pick>({
    title,
    locale: context.locale,
    body: (handle) => {
      if (!begun) {
        begun = true;
        queueMicrotask(() => void ask('', () => handle.update()));
      }
      return html`<div class="x-admin-pick">
        ${extra ? html`<p class="x-hint">${extra.text}</p>` : nothing}
        <div class="x-input-row">
          ${icon('search')}
          <input
            autofocus
            role="combobox"
            aria-expanded="true"
            aria-controls="admin-pick"
            aria-autocomplete="list"
            aria-label=${t('common.search')}
            placeholder=${t('common.search')}
            aria-activedescendant=${found.length > 0 ? `admin-pick-${active}` : nothing}
            autocomplete="off"
            spellcheck="false"
            dir="auto"
            @input=${(event: Event) => {
              const text = (event.target as HTMLInputElement).value;
              clearTimeout(timer);
              timer = setTimeout(() => void ask(text, () => handle.update()), 120);
            }}
            @keydown=${(event: KeyboardEvent) => {
              const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
              if (step !== 0 && found.length > 0) {
                event.preventDefault();
                active = (active + step + found.length) % found.length;
                handle.update();
                handle.element.querySelector(`#admin-pick-${active}`)?.scrollIntoView({ block: 'nearest' });
              } else if (event.key === 'Enter' && !event.isComposing) {
                event.preventDefault();
                const one = found[active];
                if (one) handle.close(one);
              }
            }}
          />
        </div>
        <ul class="x-listbox" id="admin-pick" role="listbox" aria-label=${title}>
          ${found.map(
            (one, index) =>
              html`<li
                class="x-option ${index === active ? 'x-active' : ''}"
                id=${`admin-pick-${index}`}
                role="option"
                aria-selected=${index === active}
                @click=${() => handle.close(one)}
              >
                <span dir="auto"
                  >${one.name}${one.secondary ? html`<span class="x-option-secondary" dir="auto">${one.secondary}</span>` : nothing}</span
                >
              </li>`,
          )}
        </ul>
        <p class=${found.length === 0 ? 'x-hint' : 'x-visually-hidden'} role="status">
          ${state === 'loading' ? t('common.loading') : state === 'failed' ? t('failed') : t('pick.results', { count: found.length })}
        </p>
      </div>`;
    },
  });
}

/** What of a list matches the typed words. */
export function matching<One extends Pick>(list: readonly One[]): (text: string) => readonly One[] {
  return (text) => {
    const words = foldText(text).split(/\s+/).filter(Boolean);
    return list.filter((one) => words.every((word) => foldText(`${one.name} ${one.secondary ?? ''}`).includes(word)));
  };
}

export interface Entry {
  readonly id: string;
  readonly label: string;
  readonly value?: string;
  readonly kind?: 'text' | 'email' | 'code' | 'long' | 'choice' | 'several';
  readonly choices?: readonly Chip[];
  readonly required?: boolean;
  readonly hint?: string;
  readonly maxlength?: number;
}

/**
 * Asks for a few values; `save` stores them and answers what the server says against them, by entry id ('' for the
 * whole). Resolves to true when it was stored.
 */
export async function askFor(
  context: AdminContext,
  title: string,
  entries: readonly Entry[],
  action: string,
  save: (
    values: Readonly<Record<string, string>>,
    several: Readonly<Record<string, readonly string[]>>,
  ) => Promise<Readonly<Record<string, string>> | undefined>,
): Promise<boolean> {
  const { t } = context;
  const values: Record<string, string> = Object.fromEntries(entries.map(({ id, value }) => [id, value ?? '']));
  const several: Record<string, readonly string[]> = {};
  let errors: Readonly<Record<string, string>> = {};
  let busy = false;
  const done = await openDialog<boolean>({
    title,
    locale: context.locale,
    body: (handle) => {
      const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        if (busy) return;
        const missing = entries.filter(({ id, required }) => required && !values[id]?.trim());
        errors = Object.fromEntries(missing.map(({ id, label }) => [id, t('form.error.required', { field: label })]));
        if (missing.length === 0) {
          busy = true;
          handle.update();
          const refused = await save(values, several);
          busy = false;
          if (refused === undefined) {
            handle.close(true);
            return;
          }
          errors = refused;
        }
        handle.update();
        handle.element.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
      };
      const control = (entry: Entry, index: number): unknown => {
        const id = `ask-${entry.id}`;
        const error = errors[entry.id];
        const described =
          [entry.hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || nothing;
        const onInput = (event: Event) => {
          values[entry.id] = (event.target as HTMLInputElement).value;
        };
        if (entry.kind === 'choice')
          return html`<select
            class="x-input"
            id=${id}
            ?autofocus=${index === 0}
            aria-describedby=${described}
            aria-invalid=${error ? 'true' : nothing}
            @change=${onInput}
          >
            ${(entry.choices ?? []).map(
              (choice) =>
                html`<option value=${choice.id} ?selected=${choice.id === values[entry.id]}>${choice.name}</option>`,
            )}
          </select>`;
        if (entry.kind === 'several')
          return html`<div class="x-admin-several" id=${id} role="group" aria-label=${entry.label}>
            ${(entry.choices ?? []).map(
              (choice) =>
                html`<label class="x-admin-check"
                  ><input
                    type="checkbox"
                    @change=${(event: Event) => {
                      const rest = (several[entry.id] ?? []).filter((one) => one !== choice.id);
                      several[entry.id] = (event.target as HTMLInputElement).checked ? [...rest, choice.id] : rest;
                    }}
                  /><span dir="auto">${choice.name}</span></label
                >`,
            )}
          </div>`;
        if (entry.kind === 'long')
          return html`<textarea
            class="x-input"
            id=${id}
            rows="3"
            dir="auto"
            maxlength=${entry.maxlength ?? nothing}
            ?autofocus=${index === 0}
            aria-describedby=${described}
            aria-invalid=${error ? 'true' : nothing}
            .value=${values[entry.id] ?? ''}
            @input=${onInput}
          ></textarea>`;
        const code = entry.kind === 'email' || entry.kind === 'code';
        return html`<input
          class=${code ? 'x-input x-ltr' : 'x-input'}
          id=${id}
          dir=${code ? 'ltr' : 'auto'}
          autocomplete="off"
          spellcheck="false"
          maxlength=${entry.maxlength ?? nothing}
          ?autofocus=${index === 0}
          aria-required=${entry.required ? 'true' : nothing}
          aria-describedby=${described}
          aria-invalid=${error ? 'true' : nothing}
          .value=${values[entry.id] ?? ''}
          @input=${onInput}
        />`;
      };
      return html`<form class="x-admin-form" id="admin-ask" novalidate @submit=${submit}>
        ${errors[''] ? html`<p class="x-field-error" role="alert">${icon('circle-alert')}<span>${errors['']}</span></p>` : nothing}
        ${entries.map((entry, index) => {
          const id = `ask-${entry.id}`;
          const error = errors[entry.id];
          return html`<div class="x-field">
            ${
              entry.kind === 'several'
                ? html`<span class="x-field-label">${entry.label}</span>`
                : html`<label class="x-field-label" for=${id}
                    >${entry.label}${entry.required ? html`<span class="x-field-required" aria-hidden="true">*</span>` : nothing}</label
                  >`
            }
            ${control(entry, index)}
            ${error ? html`<p class="x-field-error" id=${`${id}-error`}>${icon('circle-alert')}<span>${error}</span></p>` : nothing}
            ${entry.hint ? html`<p class="x-hint" id=${`${id}-hint`}>${entry.hint}</p>` : nothing}
          </div>`;
        })}
      </form>`;
    },
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button type="submit" form="admin-ask" class="x-button x-button-primary" aria-busy=${busy ? 'true' : nothing}>
        ${busy ? t('common.saving') : action}
      </button>
    `,
  });
  return done === true;
}
