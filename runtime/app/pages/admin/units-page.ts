// The business units as a tree grid: arrows open, close and walk; units are made below, moved and renamed by dialogs.
import { html, nothing, type TemplateResult } from 'lit';
import { ask } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import { styled } from '../../../ui/styled.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { Unit } from './api.ts';
import { attempt } from './context.ts';
import { askFor, pageHead, pick } from './parts.ts';
import { byEntry, findIn, unitPaths } from './people.ts';

interface Line {
  readonly unit: Unit;
  readonly level: number;
  readonly children: number;
  readonly position: number;
  readonly siblings: number;
}

export class UnitsPage extends AdminElement<readonly Unit[]> {
  static override properties = { ...AdminElement.properties, closed: { state: true }, active: { state: true } };

  declare closed: ReadonlySet<string>;
  declare active: string;

  constructor() {
    super();
    this.closed = new Set();
    this.active = '';
  }

  protected load(): Promise<readonly Unit[]> {
    return this.context.api.units();
  }

  protected heading(): string {
    return this.context.t('units');
  }

  /** The tree from the top, closed branches left out; what names no parent that exists stands at the top. */
  #lines(units: readonly Unit[]): readonly Line[] {
    const { locale } = this.context;
    const known = new Set(units.map(({ id }) => id));
    const below = new Map<string, Unit[]>();
    for (const unit of units) {
      const parent = unit.parentId !== null && known.has(unit.parentId) ? unit.parentId : '';
      below.set(parent, [...(below.get(parent) ?? []), unit]);
    }
    const lines: Line[] = [];
    const walk = (parent: string, level: number): void => {
      const siblings = (below.get(parent) ?? []).toSorted(
        (a, b) => Number(b.root) - Number(a.root) || locale.compare(a.name, b.name),
      );
      siblings.forEach((unit, index) => {
        const children = below.get(unit.id)?.length ?? 0;
        lines.push({ unit, level, children, position: index + 1, siblings: siblings.length });
        if (children > 0 && !this.closed.has(unit.id)) walk(unit.id, level + 1);
      });
    };
    walk('', 1);
    return lines;
  }

  protected view(units: readonly Unit[]): TemplateResult {
    const { t, locale } = this.context;
    const lines = this.#lines(units);
    const active = lines.some(({ unit }) => unit.id === this.active) ? this.active : (lines[0]?.unit.id ?? '');
    return html`<div class="x-admin">
      ${pageHead({
        title: t('units'),
        count: locale.number(units.length),
        commands: html`<button type="button" class="x-button x-button-primary" @click=${() => this.#new(units, active)}>
          ${icon('plus')}<span>${t('unit.new')}</span>
        </button>`,
      })}
      <p class="x-admin-text">${t('unit.text')}</p>
      <div class="x-admin-table-frame">
        <table
          class="x-admin-table x-admin-tree"
          role="treegrid"
          aria-label=${t('units')}
          @keydown=${(event: KeyboardEvent) => this.#onKey(event, units, lines, active)}
        >
          <thead>
            <tr>
              <th scope="col">${t('name')}</th>
              <th scope="col">${t('users')}</th>
              <th scope="col">${t('teams')}</th>
              <th scope="col"><span class="x-visually-hidden">${t('unit.commands')}</span></th>
            </tr>
          </thead>
          <tbody>
            ${lines.map(({ unit, level, children, position, siblings }) => {
              const open = !this.closed.has(unit.id);
              return html`<tr
                data-unit=${unit.id}
                aria-level=${level}
                aria-posinset=${position}
                aria-setsize=${siblings}
                aria-expanded=${children === 0 ? nothing : String(open)}
                tabindex=${unit.id === active ? 0 : -1}
                @focus=${() => (this.active = unit.id)}
              >
                <td role="rowheader" class="x-admin-tree-name">
                  <span class="x-admin-branch" ${styled({ 'padding-inline-start': `${(level - 1) * 24}px` })}>
                    ${
                      children === 0
                        ? html`<i class="x-admin-leaf" aria-hidden="true"></i>`
                        : html`<button
                            type="button"
                            class="x-button x-button-quiet x-button-icon x-button-small"
                            tabindex="-1"
                            aria-label=${open ? t('unit.close', { name: unit.name }) : t('unit.open', { name: unit.name })}
                            @click=${() => this.#toggle(unit.id, !open)}
                          >
                            ${open ? icon('chevron-down') : icon('chevron-right')}
                          </button>`
                    }
                    ${unit.root ? icon('building-2') : icon('network')}
                    <span dir="auto">${unit.name}</span>
                    ${unit.disabled ? html`<span class="x-tag x-admin-off">${t('user.disabled')}</span>` : nothing}
                  </span>
                </td>
                <td role="gridcell" data-label=${t('users')}>
                  ${unit.users === 0 ? html`<span class="x-num">${locale.number(0)}</span>` : html`<a class="x-num" tabindex="-1" href=${`${adminUrl('users')}?unit=${unit.id}`}>${locale.number(unit.users)}</a>`}
                </td>
                <td role="gridcell" data-label=${t('teams')}>
                  <span class="x-num">${locale.number(unit.teams)}</span>
                </td>
                <td role="gridcell" class="x-admin-row-commands">
                  ${this.#command(t('unit.newBelow', { name: unit.name }), 'plus', () => this.#new(units, unit.id))}
                  ${this.#command(t('unit.rename', { name: unit.name }), 'pencil', () => this.#rename(unit))}
                  ${
                    unit.root
                      ? nothing
                      : html`${this.#command(t('unit.move', { name: unit.name }), 'folder-tree', () => this.#move(units, unit))}
                        ${this.#command(t('unit.remove', { name: unit.name }), 'trash-2', () => this.#remove(unit))}`
                  }
                </td>
              </tr>`;
            })}
          </tbody>
        </table>
      </div>
      <p class="x-hint">${t('unit.help')}</p>
    </div>`;
  }

  #command(label: string, name: 'plus' | 'pencil' | 'folder-tree' | 'trash-2', run: () => void): TemplateResult {
    const symbols = {
      plus: icon('plus'),
      pencil: icon('pencil'),
      'folder-tree': icon('folder-tree'),
      'trash-2': icon('trash-2'),
    };
    return html`<button
      type="button"
      class="x-button x-button-quiet x-button-icon x-button-small"
      tabindex="-1"
      aria-label=${label}
      data-tip=${label}
      @click=${run}
    >
      ${symbols[name]}
    </button>`;
  }

  #toggle(id: string, open: boolean): void {
    const closed = new Set(this.closed);
    if (open) closed.delete(id);
    else closed.add(id);
    this.closed = closed;
  }

  #focusUnit(id: string | undefined): void {
    if (id === undefined) return;
    this.active = id;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-unit="${id}"]`)?.focus());
  }

  #onKey(event: KeyboardEvent, units: readonly Unit[], lines: readonly Line[], active: string): void {
    const at = lines.findIndex(({ unit }) => unit.id === active);
    const line = lines[at];
    if (!line || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = (event.target as HTMLElement).closest<HTMLElement>('tr');
    const rightToLeft = this.context.locale.direction === 'rtl';
    const into = event.key === (rightToLeft ? 'ArrowLeft' : 'ArrowRight');
    const out = event.key === (rightToLeft ? 'ArrowRight' : 'ArrowLeft');
    const controls = [...(row?.querySelectorAll<HTMLElement>('button, a') ?? [])];
    const control = controls.indexOf(event.target as HTMLElement);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: lines.length - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) {
      event.preventDefault();
      this.#focusUnit(lines[move]?.unit.id);
    } else if (into) {
      event.preventDefault();
      // First the branch opens, then the row's own commands are walked.
      if (control < 0 && line.children > 0 && this.closed.has(line.unit.id)) this.#toggle(line.unit.id, true);
      else controls[control + 1]?.focus();
    } else if (out) {
      event.preventDefault();
      if (control >= 0) (controls[control - 1] ?? row)?.focus();
      else if (line.children > 0 && !this.closed.has(line.unit.id)) this.#toggle(line.unit.id, false);
      else this.#focusUnit(lines.find(({ unit }) => unit.id === line.unit.parentId)?.unit.id);
    } else if (event.target === row) {
      if (event.key === 'Insert' || event.key === '+') void this.#new(units, line.unit.id);
      else if (event.key === 'F2' || event.key === 'Enter') void this.#rename(line.unit);
      else if (event.key === 'Delete' && !line.unit.root) void this.#remove(line.unit);
      else return;
      event.preventDefault();
    }
  }

  async #new(units: readonly Unit[], parent: string): Promise<void> {
    const { t, workspace } = this.context;
    let made = '';
    const done = await askFor(
      this.context,
      t('unit.new'),
      [
        { id: 'name', label: t('name'), required: true, maxlength: 160 },
        { id: 'parent', label: t('unit.parent'), kind: 'choice', value: parent, choices: units },
      ],
      t('make'),
      async (values) => {
        try {
          const below = `/businessunits(${values['parent']})`;
          made = (
            await workspace.client.create('businessunits', {
              name: values['name']?.trim(),
              'parentbusinessunitid@odata.bind': below,
            })
          ).id;
          return undefined;
        } catch (error) {
          return byEntry(error, { name: 'name', parentbusinessunitid: 'parent' });
        }
      },
    );
    if (!done) return;
    this.#toggle(parent, true);
    await this.reload();
    this.#focusUnit(made);
  }

  async #rename(unit: Unit): Promise<void> {
    const { t, workspace } = this.context;
    const done = await askFor(
      this.context,
      t('unit.rename', { name: unit.name }),
      [{ id: 'name', label: t('name'), value: unit.name, required: true, maxlength: 160 }],
      t('common.save'),
      async (values) => {
        try {
          await workspace.client.update('businessunits', unit.id, { name: values['name']?.trim() });
          return undefined;
        } catch (error) {
          return byEntry(error, { name: 'name' });
        }
      },
    );
    if (done) await this.reload();
    this.#focusUnit(unit.id);
  }

  async #move(units: readonly Unit[], unit: Unit): Promise<void> {
    const { t, workspace } = this.context;
    const parent = await pick(
      this.context,
      t('unit.move', { name: unit.name }),
      findIn(unitPaths(units.filter(({ id }) => id !== unit.id))),
      {
        text: t('unit.moveText'),
      },
    );
    if (!parent) return;
    const moved = await attempt(
      () =>
        workspace.client.update('businessunits', unit.id, {
          'parentbusinessunitid@odata.bind': `/businessunits(${parent.id})`,
        }),
      t('unit.moved', { name: unit.name, parent: parent.name }),
    );
    if (moved) await this.reload();
    this.#focusUnit(unit.id);
  }

  async #remove(unit: Unit): Promise<void> {
    const { t, locale, workspace } = this.context;
    const choice = await ask(locale, t('unit.remove', { name: unit.name }), t('unit.removeText'), [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('common.delete'), look: 'danger' },
    ]);
    if (choice !== 'yes') return;
    if (
      await attempt(() => workspace.client.remove('businessunits', unit.id), t('unit.removed', { name: unit.name }))
    ) {
      await this.reload();
      this.#focusUnit(unit.parentId ?? undefined);
    }
  }
}

customElements.define('x-admin-units', UnitsPage);
