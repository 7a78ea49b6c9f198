// The menu of a column's heading, loaded when one is opened: what it offers, as far as the column can do it.
import { openMenu, type MenuItem } from '../dialog/menu.ts';
import type { Locale } from '../locale/locale.ts';
import type { GridColumn } from './grid-state.ts';

export interface ColumnMenu {
  readonly locale: Locale;
  readonly column: GridColumn;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly sorted: 'asc' | 'desc' | undefined;
  sort(direction: 'asc' | 'desc'): void;
  filter(): void;
  /** By so many places. */
  move(by: 1 | -1): void;
  /** In pixels. */
  resize(by: number): void;
  hide(): void;
}

export function openColumnMenu(anchor: HTMLElement, menu: ColumnMenu): void {
  const { column, isFirst, isLast, sorted } = menu;
  const { t } = menu.locale;
  const items: (MenuItem | string)[] = [];
  if (column.field.sortable)
    items.push(
      {
        label: t('grid.sortAscending'),
        icon: 'arrow-up',
        checked: sorted === 'asc',
        run: () => menu.sort('asc'),
      },
      {
        label: t('grid.sortDescending'),
        icon: 'arrow-down',
        checked: sorted === 'desc',
        run: () => menu.sort('desc'),
      },
      '-',
    );
  if (column.via.length === 0 && column.field.operators.length > 0)
    items.push({ label: t('grid.filter'), icon: 'filter', run: () => menu.filter() }, '-');
  items.push(
    { label: t('grid.moveEarlier'), icon: 'arrow-left', disabled: isFirst, run: () => menu.move(-1) },
    { label: t('grid.moveLater'), icon: 'arrow-right', disabled: isLast, run: () => menu.move(1) },
    { label: t('grid.wider'), icon: 'unfold-horizontal', run: () => menu.resize(40) },
    { label: t('grid.narrower'), icon: 'fold-horizontal', run: () => menu.resize(-40) },
    { label: t('grid.hide'), icon: 'eye-off', disabled: isFirst && isLast, run: () => menu.hide() },
  );
  openMenu(anchor, items);
}
