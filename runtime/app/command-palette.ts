// Ctrl+K: every view, command and record from the keyboard.
import { html, nothing, type TemplateResult } from 'lit';
import { searchRecords, type Found } from '../client/search.ts';
import { openDialog } from '../ui/dialog/dialog.ts';
import type { MenuItem } from '../ui/dialog/menu.ts';
import { icon } from '../ui/icon.ts';
import { foldText } from '../ui/locale/digits.ts';
import type { CommandBar } from '../ui/plugins/command-bar.ts';
import type { Workspace } from '../ui/workspace.ts';
import { newUrl } from './address.ts';
import { destinations } from './destinations.ts';
import { hitDetail, hitName, searchUrl } from './search-hit.ts';
import './command-palette.css';
import './search-hit.css';
import { viewWith } from './access/when-needed.ts';

interface Entry {
  /** What entries that stand together are headed by. */
  readonly group: string;
  readonly label: string | TemplateResult;
  readonly detail?: TemplateResult | undefined;
  readonly icon: string;
  readonly key?: string;
  run(): void;
}

/** Records shown of each entity. */
const PER_ENTITY = 4;
/** Milliseconds without a key before the server is asked. */
const PAUSE = 150;

/** Seeing with somebody else's eyes, and ending it. */
function viewCommands(workspace: Workspace): readonly MenuItem[] {
  const { me, viewing, locale } = workspace;
  const { t } = locale;
  if (viewing) {
    const label = `${t('access.viewing')}: ${t('access.viewing.stop')}`;
    return [{ label, icon: 'x', run: () => viewWith(undefined) }];
  }
  if (!me.rights.includes('view-as') && !me.rights.includes('*')) return [];
  const open = () => void import('./access/view-as-dialog.ts').then(({ openViewAs }) => openViewAs(workspace));
  return [{ label: t('access.viewAs.command'), icon: 'eye', run: open }];
}

/** `release` gives what was typed since it was asked for (hold-typing.ts). */
export async function openPalette(
  workspace: Workspace,
  release: () => string,
  commands: readonly MenuItem[],
): Promise<void> {
  if (document.querySelector('.x-palette')) {
    release();
    return;
  }
  const { app, client, locale } = workspace;
  const { t } = locale;
  const places = destinations(app);
  const names = [...new Set(places.flatMap((place) => place.entity ?? []))];
  // What plugins bring to the screen that is shown.
  const bars = [...document.querySelectorAll<CommandBar>('x-command-bar')];
  const fixed: readonly Entry[] = [
    ...places.map((place) => ({
      group: t('palette.views'),
      label: place.title,
      icon: place.icon ?? 'box',
      run: () => workspace.go(place.url),
    })),
    ...names.flatMap((name) => {
      const entity = app.entities[name];
      return entity?.create
        ? [
            {
              group: t('palette.commands'),
              label: t('common.newOf', { entity: entity.title }),
              icon: 'plus',
              run: () => workspace.go(newUrl(name)),
            },
          ]
        : [];
    }),
    ...[...bars.flatMap((bar) => bar.items ?? []), ...viewCommands(workspace), ...commands].map((command) => ({
      ...command,
      group: t('palette.commands'),
      icon: command.icon ?? 'chevron-right',
    })),
  ];
  let typed = '';
  let records: readonly Entry[] = [];
  let active = 0;
  let asking: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const entries = (): readonly Entry[] => {
    const words = foldText(typed).split(/\s+/).filter(Boolean);
    const matching = fixed.filter((entry) => words.every((word) => foldText(String(entry.label)).includes(word)));
    return [...(typed.trim() === '' ? [] : records), ...matching];
  };

  const recordEntries = ({ text, groups }: Found): readonly Entry[] => {
    const found = groups.flatMap((group) => {
      const entity = app.entities[group.entity];
      return group.hits.map((hit) => ({
        group: entity?.plural ?? group.entity,
        label: hitName(hit, entity, t('grid.unnamed')),
        detail: hitDetail(hit, entity),
        icon: entity?.icon ?? 'box',
        run: () => workspace.go(workspace.recordUrl(hit.entity, hit.id)),
      }));
    });
    if (found.length === 0) return [];
    const all = { group: t('palette.records'), label: t('search.all', { text }), icon: 'search' };
    return [...found, { ...all, run: () => workspace.go(searchUrl(text)) }];
  };

  /** What was asked before is given up: only the answer to what stands there now is shown. */
  const findRecords = async (draw: () => void) => {
    asking?.abort();
    const text = typed.trim();
    if (text === '') {
      records = [];
      draw();
      return;
    }
    const { signal } = (asking = new AbortController());
    const found = await searchRecords(client, text.slice(0, 200), { top: PER_ENTITY, signal }).catch(() => undefined);
    if (signal.aborted) return;
    records = found ? recordEntries(found) : [];
    active = 0;
    draw();
  };

  const chosen = await openDialog<Entry>({
    title: t('palette.title'),
    locale,
    body: (handle) => {
      const shown = entries();
      active = Math.max(0, Math.min(active, shown.length - 1));
      const option = (entry: Entry, index: number) => html`
        ${
          entry.group === shown[index - 1]?.group
            ? nothing
            : html`<li class="x-popup-title" role="presentation">${entry.group}</li>`
        }
        <li
          class="x-option ${index === active ? 'x-active' : ''}"
          id=${`palette-${index}`}
          role="option"
          aria-selected=${index === active}
          @click=${() => handle.close(entry)}
        >
          ${icon(entry.icon)}
          <span class="x-hit">
            ${typeof entry.label === 'string' ? html`<span dir="auto">${entry.label}</span>` : entry.label}
            ${entry.detail ?? nothing}
          </span>
          ${entry.key ? html`<kbd class="x-kbd x-palette-key">${entry.key}</kbd>` : nothing}
        </li>
      `;
      return html`<div class="x-palette">
        <div class="x-palette-input">
          ${icon('search')}
          <input
            autofocus
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-autocomplete="list"
            aria-label=${t('palette.placeholder')}
            placeholder=${t('palette.placeholder')}
            aria-activedescendant=${shown.length > 0 ? `palette-${active}` : nothing}
            dir="auto"
            autocomplete="off"
            spellcheck="false"
            @focus=${(event: Event) => {
              const held = release();
              if (held === '' || typed !== '') return;
              const input = event.target as HTMLInputElement;
              input.value = held;
              input.dispatchEvent(new Event('input'));
            }}
            @input=${(event: Event) => {
              typed = (event.target as HTMLInputElement).value;
              active = 0;
              handle.update();
              clearTimeout(timer);
              timer = setTimeout(() => void findRecords(() => handle.update()), PAUSE);
            }}
            @keydown=${(event: KeyboardEvent) => {
              const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
              if (step !== 0 && shown.length > 0) {
                event.preventDefault();
                active = (active + step + shown.length) % shown.length;
                handle.update();
                handle.element.querySelector(`#palette-${active}`)?.scrollIntoView({ block: 'nearest' });
              } else if (event.key === 'Enter' && !event.isComposing) {
                event.preventDefault();
                const entry = shown[active];
                if (entry) handle.close(entry);
              }
            }}
          />
        </div>
        <ul class="x-listbox x-palette-list" id="palette-list" role="listbox" aria-label=${t('palette.title')}>
          ${shown.map(option)}
        </ul>
        ${shown.length === 0 ? html`<p class="x-hint x-palette-none">${t('palette.nothing', { text: typed })}</p>` : nothing}
        <div class="x-visually-hidden" role="status">${t('palette.results', { count: shown.length })}</div>
      </div>`;
    },
  });
  clearTimeout(timer);
  asking?.abort();
  chosen?.run();
}
