// The matrix of a role: entities down, privileges across, a depth in each cell. One tab stop; arrows move, digits and the space
// bar set, Shift selects, headers set whole rows and columns. It shows and proposes; role-page.ts keeps what is said.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { latinDigits } from '../../../ui/locale/digits.ts';
import type { AdminContext } from './context.ts';
import { depthSymbol } from './depth-symbol.ts';
import {
  copyGrants,
  depths,
  fits,
  grantAt,
  inherits,
  nextDepth,
  pasteGrants,
  privileges,
  reaching,
  sameGrant,
  type Depth,
  type Grant,
  type Matrix,
  type Place,
  type Privilege,
} from './matrix-model.ts';

export interface MatrixRow {
  readonly entity: string;
  readonly title: string;
  readonly icon: string;
  readonly group: string;
  /** Undefined: `*`. */
  readonly ownership: 'user' | 'organization' | undefined;
}

export type MatrixChange = readonly (Place & { readonly grant: Grant })[];

interface Spot {
  /** -1: the column headers. */
  readonly row: number;
  /** -1: the row headers. */
  readonly column: number;
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

export class RoleMatrix extends LitElement {
  static override properties = {
    context: { attribute: false },
    rows: { attribute: false },
    matrix: { attribute: false },
    base: { attribute: false },
    label: { attribute: false },
    readOnly: { attribute: false },
    noteOf: { attribute: false },
    problems: { attribute: false },
    active: { state: true },
    anchor: { state: true },
  };

  declare context: AdminContext;
  declare rows: readonly MatrixRow[];
  declare matrix: Matrix;
  /** What is stored: cells that differ are marked. */
  declare base: Matrix;
  declare label: string;
  declare readOnly: boolean;
  /** What else there is to say of a cell: where its depth comes from. */
  declare noteOf: ((place: Place) => string) | undefined;
  /** Cells the server spoke against: `entity/privilege`. */
  declare problems: ReadonlySet<string> | undefined;
  declare active: Spot;
  declare anchor: Spot;

  constructor() {
    super();
    this.active = { row: 0, column: 0 };
    this.anchor = { row: 0, column: 0 };
    this.readOnly = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('rows')) return;
    const row = clamp(this.active.row, -1, Math.max(0, this.rows.length - 1));
    if (row !== this.active.row) {
      this.active = { ...this.active, row };
      this.anchor = this.active;
    }
  }

  focusCell(): void {
    this.#cellAt(this.active)?.focus();
  }

  override render(): TemplateResult {
    const { t } = this.context;
    let group = '';
    return html`<div class="x-matrix-frame">
      <table
        class="x-matrix"
        role="grid"
        aria-label=${this.label}
        aria-multiselectable="true"
        aria-readonly=${String(this.readOnly)}
        aria-colcount=${privileges.length + 1}
        aria-rowcount=${this.rows.length + 1}
        @keydown=${this.#onKey}
        @copy=${this.#onCopy}
        @paste=${this.#onPaste}
        @pointerdown=${this.#onPointer}
        @dblclick=${this.#onDouble}
      >
        <thead>
          <tr aria-rowindex="1">
            ${this.#header({ row: -1, column: -1 }, t('matrix.entity'), t('matrix.all'))}
            ${privileges.map((privilege, column) =>
              this.#header(
                { row: -1, column },
                t(`privilege.${privilege}`),
                t('matrix.column', { name: t(`privilege.${privilege}`) }),
              ),
            )}
          </tr>
        </thead>
        <tbody>
          ${this.rows.map((row, index) => {
            const titled = row.group !== group && row.group !== '';
            group = row.group;
            return html`
              ${
                titled
                  ? html`<tr class="x-matrix-group" role="presentation">
                      <td role="presentation" colspan=${privileges.length + 1}><span>${row.group}</span></td>
                    </tr>`
                  : nothing
              }
              <tr aria-rowindex=${index + 2} class=${inherits(this.matrix, row.entity) ? 'x-matrix-inherited' : ''}>
                ${this.#rowHeader(row, index)}
                ${privileges.map((privilege, column) => this.#cell(row, privilege, { row: index, column }))}
              </tr>
            `;
          })}
        </tbody>
      </table>
    </div>`;
  }

  #tabindex({ row, column }: Spot): 0 | -1 {
    return row === this.active.row && column === this.active.column ? 0 : -1;
  }

  #header(spot: Spot, text: string, hint: string): TemplateResult {
    return html`<th
      scope="col"
      role="columnheader"
      aria-colindex=${spot.column + 2}
      tabindex=${this.#tabindex(spot)}
      data-row=${spot.row}
      data-column=${spot.column}
      data-tip=${this.readOnly ? nothing : hint}
    >
      <span>${text}</span>
    </th>`;
  }

  #rowHeader(row: MatrixRow, index: number): TemplateResult {
    const { t } = this.context;
    const spot = { row: index, column: -1 };
    return html`<th
      scope="row"
      role="rowheader"
      aria-colindex="1"
      tabindex=${this.#tabindex(spot)}
      data-row=${index}
      data-column="-1"
      data-tip=${row.ownership === 'organization' ? t('matrix.organizationOwned') : nothing}
    >
      <span class="x-matrix-name">${icon(row.icon)}<span dir="auto">${row.title}</span></span>
      ${row.ownership === 'organization' ? html`<span class="x-visually-hidden">${t('matrix.organizationOwned')}</span>` : nothing}
    </th>`;
  }

  #cell(row: MatrixRow, privilege: Privilege, spot: Spot): TemplateResult {
    const { t } = this.context;
    const grant = reaching(row.ownership, grantAt(this.matrix, row.entity, privilege));
    const changed = !sameGrant(grant, reaching(row.ownership, grantAt(this.base, row.entity, privilege)));
    const wrong = this.problems?.has(`${row.entity}/${privilege}`) === true;
    const note = this.noteOf?.({ entity: row.entity, privilege }) ?? '';
    const words = [
      t(`depth.${grant.depth}`),
      ...(grant.when === undefined ? [] : [t('matrix.condition', { text: grant.when })]),
      ...(note === '' ? [] : [note]),
      ...(inherits(this.matrix, row.entity) && grant.depth !== 'none' ? [t('matrix.inherited')] : []),
      ...(changed ? [t('matrix.changed')] : []),
    ].join(t('common.listSeparator'));
    return html`<td
      role="gridcell"
      aria-colindex=${spot.column + 2}
      aria-selected=${String(this.#selected(spot))}
      aria-label=${`${row.title}${t('common.listSeparator')}${t(`privilege.${privilege}`)}: ${words}`}
      aria-invalid=${wrong ? 'true' : nothing}
      tabindex=${this.#tabindex(spot)}
      data-row=${spot.row}
      data-column=${spot.column}
      data-depth=${grant.depth}
      data-tip=${grant.when !== undefined || note !== '' ? words : nothing}
      class=${changed ? 'x-matrix-changed' : ''}
    >
      ${depthSymbol(grant.depth)}${grant.when === undefined ? nothing : html`<i class="x-matrix-when" aria-hidden="true">ƒ</i>`}
    </td>`;
  }

  /** The range as row and column bounds; headers stand for all they head. */
  #range(): { readonly rows: readonly [number, number]; readonly columns: readonly [number, number] } {
    const [a, b] = [this.anchor, this.active];
    const across = (from: number, to: number, last: number): readonly [number, number] =>
      from < 0 || to < 0 ? [0, last] : [Math.min(from, to), Math.max(from, to)];
    return {
      rows: across(a.row, b.row, this.rows.length - 1),
      columns: across(a.column, b.column, privileges.length - 1),
    };
  }

  #selected({ row, column }: Spot): boolean {
    const { rows, columns } = this.#range();
    return row >= rows[0] && row <= rows[1] && column >= columns[0] && column <= columns[1];
  }

  #places(): readonly (Place & { readonly ownership: MatrixRow['ownership'] })[] {
    const { rows, columns } = this.#range();
    return this.rows
      .slice(rows[0], rows[1] + 1)
      .flatMap(({ entity, ownership }) =>
        privileges.slice(columns[0], columns[1] + 1).map((privilege) => ({ entity, privilege, ownership })),
      );
  }

  #cellAt({ row, column }: Spot): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[data-row="${row}"][data-column="${column}"]`);
  }

  async #go(spot: Spot, extend: boolean): Promise<void> {
    this.active = {
      row: clamp(spot.row, -1, this.rows.length - 1),
      column: clamp(spot.column, -1, privileges.length - 1),
    };
    if (!extend) this.anchor = this.active;
    await this.updateComplete;
    const cell = this.#cellAt(this.active);
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #propose(change: MatrixChange): void {
    if (this.readOnly || change.length === 0) return;
    this.dispatchEvent(new CustomEvent<MatrixChange>('matrix-change', { detail: change }));
  }

  #say(text: string): void {
    this.dispatchEvent(new CustomEvent<string>('matrix-say', { detail: text }));
  }

  /** Sets the selection; a condition stays with its cell while something is granted. */
  #set(depth: Depth): void {
    const places = this.#places();
    const fitting = places.filter(({ ownership }) => fits(ownership, depth));
    this.#propose(
      fitting.map(({ entity, privilege }) => {
        const { when } = grantAt(this.matrix, entity, privilege);
        return { entity, privilege, grant: when !== undefined && depth !== 'none' ? { depth, when } : { depth } };
      }),
    );
    const left = places.length - fitting.length;
    const { t } = this.context;
    if (left > 0) this.#say(t('matrix.organizationOnly', { count: left }));
    else this.#say(t('matrix.set', { count: fitting.length, depth: t(`depth.${depth}`) }));
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    const { row, column } = this.active;
    const forward = this.context.locale.direction === 'rtl' ? -1 : 1;
    const control = event.ctrlKey || event.metaKey;
    const page = 10;
    const moves: Readonly<Record<string, Spot>> = {
      ArrowRight: { row, column: column + forward },
      ArrowLeft: { row, column: column - forward },
      ArrowDown: { row: row + 1, column },
      ArrowUp: { row: row - 1, column },
      Home: { row: control ? 0 : row, column: 0 },
      End: { row: control ? this.rows.length - 1 : row, column: privileges.length - 1 },
      PageDown: { row: row + page, column },
      PageUp: { row: Math.max(0, row - page), column },
    };
    const move = moves[event.key];
    if (move && !event.altKey) {
      event.preventDefault();
      void this.#go(move, event.shiftKey);
      return;
    }
    if (control) {
      const key = event.key.toLowerCase();
      if (key === 'a') {
        event.preventDefault();
        this.anchor = { row: 0, column: 0 };
        this.active = { row: this.rows.length - 1, column: privileges.length - 1 };
        void this.updateComplete.then(() => this.#cellAt(this.active)?.focus());
      } else if (key === 'z' || key === 'y') {
        event.preventDefault();
        const back = key === 'z' && !event.shiftKey;
        this.dispatchEvent(new CustomEvent(back ? 'matrix-undo' : 'matrix-redo'));
      }
      return;
    }
    if (event.altKey) return;
    if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      this.#edit();
    } else if (event.key === ' ') {
      event.preventDefault();
      const [first] = this.#places();
      if (first) this.#set(nextDepth(first.ownership, grantAt(this.matrix, first.entity, first.privilege).depth));
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      this.#set('none');
    } else if (event.key === 'Escape' && (this.anchor.row !== row || this.anchor.column !== column)) {
      event.preventDefault();
      this.anchor = this.active;
    } else {
      const depth = /^[0-4]$/.test(latinDigits(event.key)) ? depths[Number(latinDigits(event.key))] : undefined;
      if (depth === undefined) return;
      event.preventDefault();
      this.#set(depth);
    }
  };

  #edit(): void {
    const row = this.rows[this.active.row];
    const privilege = privileges[this.active.column];
    if (row && privilege && !this.readOnly)
      this.dispatchEvent(new CustomEvent<Place>('matrix-edit', { detail: { entity: row.entity, privilege } }));
  }

  readonly #onPointer = (event: PointerEvent): void => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
    if (!cell || event.button !== 0) return;
    const spot = { row: Number(cell.dataset['row']), column: Number(cell.dataset['column']) };
    // A second press on the chosen cell goes on to the next depth: the matrix works with one finger, too.
    const again =
      !event.shiftKey &&
      spot.row >= 0 &&
      spot.column >= 0 &&
      cell === document.activeElement &&
      this.anchor === this.active;
    event.preventDefault();
    if (again && event.detail < 2) {
      const [first] = this.#places();
      if (first) this.#set(nextDepth(first.ownership, grantAt(this.matrix, first.entity, first.privilege).depth));
      return;
    }
    void this.#go(spot, event.shiftKey);
  };

  readonly #onDouble = (event: MouseEvent): void => {
    if ((event.target as HTMLElement).closest('td[data-row]')) this.#edit();
  };

  readonly #onCopy = (event: ClipboardEvent): void => {
    const { rows, columns } = this.#range();
    const grants = this.rows
      .slice(rows[0], rows[1] + 1)
      .map(({ entity }) =>
        privileges.slice(columns[0], columns[1] + 1).map((one) => grantAt(this.matrix, entity, one)),
      );
    event.clipboardData?.setData('text/plain', copyGrants(grants));
    event.preventDefault();
    this.#say(this.context.t('matrix.copied', { count: grants.length * (grants[0]?.length ?? 0) }));
  };

  /** From the selection's corner on; one cell fills the whole selection. */
  readonly #onPaste = (event: ClipboardEvent): void => {
    const grants = pasteGrants(event.clipboardData?.getData('text/plain') ?? '');
    const [first] = grants?.[0] ?? [];
    event.preventDefault();
    if (!grants || !first) {
      this.#say(this.context.t('matrix.nothingToPaste'));
      return;
    }
    const { rows, columns } = this.#range();
    const single = grants.length === 1 && grants[0]?.length === 1;
    const targets = single
      ? this.#places().map((place) => ({ ...place, grant: first }))
      : grants.flatMap((line, down) =>
          line.flatMap((grant, along) => {
            const row = this.rows[rows[0] + down];
            const privilege = privileges[columns[0] + along];
            return row && privilege ? [{ entity: row.entity, privilege, ownership: row.ownership, grant }] : [];
          }),
        );
    const change = targets.filter(({ ownership, grant }) => fits(ownership, grant.depth));
    this.#propose(change.map(({ entity, privilege, grant }) => ({ entity, privilege, grant })));
    this.#say(this.context.t('matrix.pasted', { count: change.length }));
  };
}

customElements.define('x-role-matrix', RoleMatrix);
