// The buttons that plugins bring to a form's header, a list's toolbar and its selected rows: those whose condition holds, the
// first ones as buttons, the others in a menu.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { CommandMetadata, EntityMetadata } from '../../../metadata/effective.ts';
import { openMenu, type MenuItem } from '../dialog/menu.ts';
import type { RecordDraft } from '../form/record-draft.ts';
import { icon } from '../icon.ts';
import type { Locale } from '../locale/index.ts';
import type { Workspace } from '../workspace.ts';
import { holds, valuesOfRows } from './command-when.ts';
import { pluginLocale } from './plugin-locale.ts';
import './plugins.css';

/** Buttons beside the menu. */
const BUTTONS = { wide: 3, narrow: 1 } as const;
/** Above so many selected rows no condition is asked of each; the server refuses what does not fit. */
const MOST_ASKED = 500;

/** A command with the rows it is for; none for those that need no rows. */
interface Offered {
  readonly command: CommandMetadata;
  readonly ids: readonly string[];
}

export class CommandBar extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    entity: { attribute: false },
    place: { attribute: false },
    draft: { attribute: false },
    ids: { attribute: false },
    refresh: { attribute: false },
    save: { attribute: false },
    offered: { state: true },
    locale: { state: true },
    narrow: { state: true },
    busy: { state: true },
  };

  declare workspace: Workspace;
  declare entity: EntityMetadata;
  /** `form`; `rows`: for selected rows; `list`: what needs none. */
  declare place: 'form' | 'rows' | 'list';
  /** On a form. */
  declare draft: RecordDraft | undefined;
  /** The record, or the selected rows. */
  declare ids: readonly string[];
  /** Reads the form or the list again. */
  declare refresh: () => Promise<void>;
  /** On a form: stores what is typed; false where it was refused. */
  declare save: (() => Promise<boolean>) | undefined;
  declare offered: readonly Offered[];
  declare locale: Locale | undefined;
  declare narrow: boolean;
  declare busy: boolean;
  readonly #width = matchMedia('(max-width: 720px)');
  #stop: (() => void) | undefined;
  #asked = 0;

  constructor() {
    super();
    this.ids = [];
    this.offered = [];
    this.busy = false;
    this.narrow = this.#width.matches;
  }

  override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#width.addEventListener('change', this.#onWidth);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#width.removeEventListener('change', this.#onWidth);
    this.#stop?.();
    this.#stop = undefined;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace'))
      void pluginLocale(this.workspace.locale).then((locale) => {
        this.locale = locale;
      });
    if (changed.has('draft') || (this.draft && !this.#stop)) {
      this.#stop?.();
      this.#stop = this.draft?.listen(() => void this.#offer());
    }
    if (['workspace', 'entity', 'place', 'draft', 'ids'].some((name) => changed.has(name))) void this.#offer();
  }

  async #offer(): Promise<void> {
    const { workspace, entity, place, draft } = this;
    const asked = ++this.#asked;
    const ids = [...this.ids];
    const candidates = workspace.viewing
      ? []
      : entity.commands.filter(({ on, selection }) =>
          place === 'form'
            ? on.includes('form') && draft?.isNew === false
            : on.includes('list') && (selection === 'none') === (place === 'list'),
        );
    const each = async (command: CommandMetadata, rows: ReadonlyMap<string, object>): Promise<Offered> => {
      const fitting = await Promise.all(ids.map((id) => holds(command.when, { ...rows.get(id) })));
      return { command, ids: ids.filter((_id, index) => fitting[index]) };
    };
    let offered: readonly Offered[];
    if (candidates.length === 0) offered = [];
    else if (draft) {
      const all = await Promise.all(candidates.map(({ when }) => holds(when, draft.values)));
      offered = candidates.filter((_one, index) => all[index]).map((command) => ({ command, ids }));
    } else if (place === 'list' || ids.length > MOST_ASKED) offered = candidates.map((command) => ({ command, ids }));
    else {
      const rows = await valuesOfRows(workspace, entity, ids, candidates).catch(() => undefined);
      if (!rows) return;
      offered = (await Promise.all(candidates.map((command) => each(command, rows)))).filter(
        (one) => one.ids.length > 0,
      );
    }
    if (asked === this.#asked) this.offered = offered;
  }

  /** The same for menus and the command palette. */
  get items(): readonly MenuItem[] {
    return this.offered.map((one) => ({
      label: this.#label(one),
      icon: one.command.icon ?? 'zap',
      run: () => void this.#run(one),
    }));
  }

  #label({ command, ids }: Offered): string {
    if (this.place !== 'rows' || ids.length === this.ids.length || !this.locale) return command.title;
    return this.locale.t('plugins.runFor', { title: command.title, count: ids.length });
  }

  async #run({ command, ids }: Offered): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const { workspace, entity, draft } = this;
      if (draft?.dirty && this.save && !(await this.save())) return;
      const { runCommand } = await import('./run-command.ts');
      await runCommand(workspace, entity, command, {
        ids,
        record: draft?.values,
        refresh: async () => {
          await this.refresh();
          // Lists that stand on the form may show other rows now.
          const grids = this.closest('.x-record')?.querySelectorAll<HTMLElement & { reload(): void }>('x-data-grid');
          for (const grid of grids ?? []) grid.reload();
        },
      });
    } finally {
      this.busy = false;
    }
  }

  override render(): TemplateResult | typeof nothing {
    const { locale, offered } = this;
    if (!locale || offered.length === 0) return nothing;
    const { t } = locale;
    const room = this.narrow && this.place !== 'rows' ? BUTTONS.narrow : BUTTONS.wide;
    // A narrow window keeps only what is primary outside of the menu; a menu of one would be no gain.
    const fitting = this.narrow && offered.length > 1 ? offered.filter(({ command }) => command.primary) : offered;
    const shown = fitting.slice(0, room);
    const rest = offered.filter((one) => !shown.includes(one));
    const small = this.place === 'rows' ? 'x-button-small' : '';
    return html`<div class="x-commands" role="group" aria-label=${t('plugins.commands')}>
      ${shown.map(
        (one) =>
          html`<button
            type="button"
            class="x-button ${small} ${one.command.primary ? 'x-command-primary' : ''} ${one.command.destructive ? 'x-command-destructive' : ''}"
            data-command=${one.command.id}
            data-tip=${one.command.description ?? nothing}
            ?disabled=${this.busy}
            @click=${() => this.#run(one)}
          >
            ${icon(one.command.icon ?? 'zap')}<span>${this.#label(one)}</span>
          </button>`,
      )}
      ${
        rest.length === 0
          ? nothing
          : html`<button
              type="button"
              class="x-button x-button-quiet ${small} ${shown.length > 0 ? 'x-button-icon' : ''}"
              aria-haspopup="menu"
              aria-label=${t(shown.length > 0 ? 'plugins.more' : 'plugins.commands')}
              data-tip=${t('plugins.more')}
              @click=${(event: Event) =>
                openMenu(
                  event.currentTarget as HTMLElement,
                  rest.map((one) => ({
                    label: this.#label(one),
                    icon: one.command.icon ?? 'zap',
                    run: () => void this.#run(one),
                  })),
                )}
            >
              ${icon('zap')}${shown.length > 0 ? nothing : html`<span>${t('plugins.commands')}</span>`}
            </button>`
      }
    </div>`;
  }

  readonly #onWidth = (): void => {
    this.narrow = this.#width.matches;
  };
}

customElements.define('x-command-bar', CommandBar);
