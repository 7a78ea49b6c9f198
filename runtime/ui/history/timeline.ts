// Entries of the audit log as a timeline, grouped by day of the user's calendar: who, when, how, old and new values as the
// fields' own cells show them.
import { html, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { icon } from '../icon.ts';
import type { Locale } from '../locale/index.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import type { Change, Entry } from './audit-api.ts';

export interface TimelineOptions<E extends Entry> {
  readonly workspace: Workspace;
  /** With the texts of histories. */
  readonly locale: Locale;
  /** Whose fields the entry's changes are; undefined while it is not known. */
  entityOf(entry: E): EntityMetadata | undefined;
  /** Row of now, for what a value's display needs beside it (currency). */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What the entry is about, where the timeline is of many records. */
  subject?(entry: E): unknown;
  /** Buttons of an entry and of one change. */
  commands?(entry: E): unknown;
  changeCommand?(entry: E, change: Change): unknown;
}

const icons: Readonly<Record<string, string>> = {
  create: 'plus',
  update: 'pencil',
  delete: 'trash-2',
  associate: 'link',
  disassociate: 'unlink',
  merge: 'merge',
  unmerge: 'split',
  share: 'link',
  unshare: 'unlink',
};

/** Actions whose changes have only one side. */
const gains: ReadonlySet<string> = new Set(['create', 'associate', 'merge']);
const loses: ReadonlySet<string> = new Set(['delete', 'disassociate', 'unmerge']);

export function timeline<E extends Entry>(entries: readonly E[], options: TimelineOptions<E>): TemplateResult {
  const { locale } = options;
  const days: { readonly day: string; readonly entries: E[] }[] = [];
  for (const entry of entries) {
    const day = dayOf(entry.at, locale.timeZone);
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return html`<div class="x-timeline">
    ${days.map(
      ({ day, entries: of }) =>
        html`<section>
          <h3>${locale.date(day, 'full')}</h3>
          <ol>
            ${of.map((entry) => drawEntry(entry, options))}
          </ol>
        </section>`,
    )}
  </div>`;
}

/** The ISO date of an instant in a zone. */
export function dayOf(at: string, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(at),
  );
}

export function whoDid({ user }: Entry, { t }: Locale): string {
  return user === null ? t('by.nobody') : user.name || t('by.somebody');
}

/** `session → handler sales/won (after update opportunity)` → `automation sales/won`; a session says nothing. */
export function howDone(via: string | null, { t }: Locale): string {
  return (via ?? '')
    .split(' → ')
    .flatMap((part) => {
      if (part === '' || part === 'session') return [];
      const [kind = '', ...rest] = part.split(' ');
      const name = rest.join(' ').replace(/ \(.*\)$/s, '');
      return [kind === 'api-key' || kind === 'handler' ? t(`via.${kind}`, { name }) : t(`via.${part}`)];
    })
    .join(' · ');
}

/** Actions that are done to a record, which is then named with them. */
const dids: ReadonlySet<string> = new Set([
  'create',
  'update',
  'delete',
  'associate',
  'disassociate',
  'share',
  'unshare',
]);

/** What an event says of itself, as far as it is words. */
function detailOf({ data }: Entry, { t }: Locale): string {
  const { name, ...rest } = data ?? {};
  const words = ['by', 'reason', 'state', 'document', 'months'].flatMap((key) => {
    const value = rest[key];
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  });
  return [...(typeof name === 'string' ? [t('with', { name })] : []), ...words].join(' · ');
}

function drawEntry<E extends Entry>(entry: E, options: TimelineOptions<E>): TemplateResult {
  const { locale } = options;
  const { t } = locale;
  const how = [howDone(entry.via, locale), detailOf(entry, locale)].filter((one) => one !== '').join(' · ');
  const subject = options.subject?.(entry) ?? nothing;
  return html`<li class="x-entry" data-action=${entry.action}>
    <span class="x-entry-icon">${icon(icons[entry.action] ?? 'history')}</span>
    <div class="x-entry-body">
      <div class="x-entry-head">
        <p>
          <b><bdi>${whoDid(entry, locale)}</bdi></b>
          ${
            subject === nothing || !dids.has(entry.action)
              ? html`<span>${t(`action.${entry.action}`)}</span> ${subject}`
              : html`<span>${t(`to.${entry.action}.before`)}</span> ${subject}
                  <span>${t(`to.${entry.action}.after`)}</span>`
          }
        </p>
        <time datetime=${entry.at} data-tip=${locale.dateTime(entry.at)}>${locale.time(entry.at)}</time>
      </div>
      ${
        how === '' && entry.address === undefined
          ? nothing
          : html`<p class="x-entry-how">
              ${how === '' ? nothing : html`<bdi>${how}</bdi>`}
              ${entry.address === undefined ? nothing : html`<bdi>${t('from', { address: entry.address })}</bdi>`}
            </p>`
      }
      ${
        entry.changes.length === 0
          ? nothing
          : html`<ul class="x-changes">
              ${entry.changes.map(
                (change) =>
                  html`<li class="x-change">
                    <span class="x-change-field">${change.title}</span>
                    <span class="x-change-values">
                      ${
                        gains.has(entry.action)
                          ? nothing
                          : html`<span class="x-change-old"
                              ><span class="x-visually-hidden">${t('was')}: </span
                              >${side(entry, change, 'old', options)}</span
                            >`
                      }
                      ${
                        entry.action === 'update'
                          ? html`<span class="x-change-arrow" aria-hidden="true">${icon('chevron-right')}</span>`
                          : nothing
                      }
                      ${
                        loses.has(entry.action)
                          ? nothing
                          : html`<span class="x-change-new"
                              ><span class="x-visually-hidden">${t('is')}: </span
                              >${side(entry, change, 'new', options)}</span
                            >`
                      }
                    </span>
                    ${options.changeCommand?.(entry, change) ?? nothing}
                  </li>`,
              )}
            </ul>`
      }
      ${options.commands?.(entry) ?? nothing}
    </div>
  </li>`;
}

function side<E extends Entry>(entry: E, change: Change, which: 'old' | 'new', options: TimelineOptions<E>): unknown {
  const { workspace, locale } = options;
  const value = change[which];
  const label = which === 'old' ? change.oldLabel : change.newLabel;
  const target = which === 'old' ? change.oldEntity : change.newEntity;
  if (value === null || value === '') return html`<span class="x-field-empty">${locale.t('common.empty')}</span>`;
  if (change.masked) return html`<bdi data-tip=${locale.t('masked')}>${String(value)}</bdi>`;
  if (target !== undefined) {
    return label === undefined
      ? html`<span class="x-hint">${locale.t('audit.record')}</span>`
      : html`<a href=${workspace.recordUrl(target, String(value))}
          ><bdi>${label || locale.t('audit.unnamed')}</bdi></a
        >`;
  }
  const entity = options.entityOf(entry);
  const field = entity?.fields[change.field];
  if (!entity || !field || field.targets) return html`<bdi>${label ?? String(value)}</bdi>`;
  const context = fieldContext(workspace, entity, options.values ?? {}, undefined, undefined);
  const shown = workspace.fields
    .of(field.type)
    .text(value, field, { ...context, formatted: (name) => (name === change.field ? label : undefined) });
  return html`<span dir="auto" class="x-change-text">${shown === '' ? (label ?? String(value)) : shown}</span>`;
}
