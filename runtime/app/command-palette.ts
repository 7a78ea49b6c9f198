// Ctrl+K: every view, command and record from the keyboard.
import { html, nothing } from 'lit';
import type { Row } from '../client/index.ts';
import { openDialog } from '../ui/dialog/dialog.ts';
import type { MenuItem } from '../ui/dialog/menu.ts';
import { icon } from '../ui/icon.ts';
import { foldText } from '../ui/locale/digits.ts';
import type { Workspace } from '../ui/workspace.ts';
import { newUrl } from './address.ts';
import { destinations } from './destinations.ts';
import './command-palette.css';
import { viewWith } from './access/when-needed.ts';

interface Entry {
  readonly group: 'records' | 'views' | 'commands';
  readonly label: string;
  readonly secondary?: string;
  readonly icon: string;
  readonly key?: string;
  run(): void;
}

/** Records asked for per entity, and entities asked. */
const PER_ENTITY = 4;
const ENTITIES = 8;

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
  const names = [...new Set(places.map((place) => place.entity))];
  const fixed: readonly Entry[] = [
    ...places.map((place) => ({
      group: 'views' as const,
      label: place.title,
      icon: place.icon ?? 'box',
      run: () => workspace.go(place.url),
    })),
    ...names.flatMap((name) => {
      const entity = app.entities[name];
      return entity?.create
        ? [
            {
              group: 'commands' as const,
              label: t('common.newOf', { entity: entity.title }),
              icon: 'plus',
              run: () => workspace.go(newUrl(name)),
            },
          ]
        : [];
    }),
    ...[...viewCommands(workspace), ...commands].map((command) => ({
      ...command,
      group: 'commands' as const,
      icon: command.icon ?? 'chevron-right',
    })),
  ];
  let typed = '';
  let records: readonly Entry[] = [];
  let active = 0;
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const entries = (): readonly Entry[] => {
    const words = foldText(typed).split(/\s+/).filter(Boolean);
    const matching = fixed.filter((entry) => words.every((word) => foldText(entry.label).includes(word)));
    return [...(typed.trim().length > 1 ? records : []), ...matching];
  };

  const findRecords = async (draw: () => void) => {
    const text = typed.trim();
    const mine = ++asked;
    if (text.length < 2) {
      records = [];
      draw();
      return;
    }
    const asking = names.filter((name) => app.entities[name] && !app.entities[name].union).slice(0, ENTITIES);
    const found = await Promise.all(
      asking.map(async (name): Promise<readonly Entry[]> => {
        const entity = app.entities[name];
        if (!entity) return [];
        const page = await client
          .list(entity.set, { search: text, select: [entity.key, entity.primary], size: PER_ENTITY })
          .catch(() => ({ rows: [] as readonly Row[] }));
        return page.rows.slice(0, PER_ENTITY).map((row) => ({
          group: 'records',
          label: String(row[entity.primary] ?? t('grid.unnamed')),
          secondary: entity.title,
          icon: entity.icon ?? 'box',
          run: () => workspace.go(workspace.recordUrl(name, String(row[entity.key]))),
        }));
      }),
    );
    if (mine !== asked) return;
    records = found.flat();
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
            : html`<li class="x-popup-title" role="presentation">${t(`palette.${entry.group}`)}</li>`
        }
        <li
          class="x-option ${index === active ? 'x-active' : ''}"
          id=${`palette-${index}`}
          role="option"
          aria-selected=${index === active}
          @click=${() => handle.close(entry)}
        >
          ${icon(entry.icon)}<span dir="auto">${entry.label}</span>
          ${entry.secondary ? html`<span class="x-option-key">${entry.secondary}</span>` : nothing}
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
              timer = setTimeout(() => void findRecords(() => handle.update()), 120);
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
  chosen?.run();
}
