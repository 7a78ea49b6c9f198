// The menus of a list page, loaded when one is opened: fields to filter by, and how the list is shown.
import { openMenu } from '../../ui/dialog/menu.ts';
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import type { GridState } from '../../ui/grid/grid-state.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { remember, type Density } from '../preferences.ts';

/** What the menus change of the page. */
export interface Menued {
  readonly workspace: Workspace;
  state: GridState | undefined;
  density: Density;
  readonly updateComplete: Promise<boolean>;
  apply(state: GridState): void;
}

export interface Listed {
  readonly page: Menued;
  readonly grid: DataGrid;
  readonly entity: EntityMetadata;
  readonly state: GridState;
}

export function openFields(anchor: HTMLElement, { page, grid, entity, state }: Listed): void {
  const { workspace } = page;
  const shown = new Set(state.columns.map((column) => column.id));
  const fields = Object.values(entity.fields)
    .filter((field) => field.operators.length > 0)
    .sort(
      (a, b) => Number(shown.has(b.name)) - Number(shown.has(a.name)) || workspace.locale.compare(a.title, b.title),
    );
  openMenu(
    anchor,
    fields.map((field) => ({
      label: field.title,
      run: () => void workspace.fields.load([field.type]).then(() => grid.filterField(field.name, anchor)),
    })),
  );
}

export function openOptions(anchor: HTMLElement, { page, grid, entity, state }: Listed): void {
  const { workspace } = page;
  const { t } = workspace.locale;
  openMenu(anchor, [
    {
      label: t('grid.columns'),
      icon: 'columns-3',
      run: () =>
        void chooseColumns(page, entity, state).then((columns) => {
          if (columns && page.state) page.apply({ ...page.state, columns });
        }),
    },
    {
      label: t('grid.export'),
      icon: 'download',
      run: () => void import('../bulk/export-dialog.ts').then(({ openExport }) => openExport(workspace, entity, grid)),
    },
    ...(entity.union || workspace.viewing
      ? []
      : [
          {
            label: t('grid.import'),
            icon: 'plus',
            run: () =>
              void import('../bulk/import-dialog.ts').then(({ openImport }) =>
                openImport(workspace, entity, () => grid.reload()),
              ),
          },
        ]),
    { label: t('form.refresh'), icon: 'rotate-cw', run: () => grid.reload() },
    '-',
    t('grid.density'),
    ...(['compact', 'normal', 'roomy'] as const).map((density) => ({
      label: t(`grid.density.${density}`),
      checked: page.density === density,
      run: () => {
        page.density = density;
        remember('density', density);
        // Row positions follow the new height.
        void page.updateComplete.then(() => {
          if (page.state) page.state = { ...page.state };
        });
      },
    })),
  ]);
}

async function chooseColumns(
  { workspace }: Menued,
  entity: EntityMetadata,
  state: GridState,
): Promise<GridState['columns'] | undefined> {
  const chooser = await import('../../ui/grid/column-chooser.ts');
  return chooser.chooseColumns(workspace, entity, state.columns);
}
