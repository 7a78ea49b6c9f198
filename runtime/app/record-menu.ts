// The record page's menu of what is done seldom: each entry loads what it opens.
import { openMenu, type MenuItem } from '../ui/dialog/menu.ts';
import type { Workspace } from '../ui/workspace.ts';
import { viewWith } from './access/when-needed.ts';

export interface MenuRecord {
  readonly entity: string;
  readonly id: string;
  readonly name: string;
  /** Of the entity: rows of people and teams can be shared. */
  readonly owned: boolean;
  /** What plugins bring to the form. */
  readonly commands: readonly MenuItem[];
  /** Value of a field. */
  value(field: string): unknown;
}

export function openRecordMenu(anchor: HTMLElement, workspace: Workspace, record: MenuRecord): void {
  const { locale, me, viewing } = workspace;
  const { t } = locale;
  const { entity, id, name } = record;
  const has = (right: string) => me.rights.includes(right) || me.rights.includes('*');
  const items: (MenuItem | '-')[] = [...record.commands];
  if (items.length > 0) items.push('-');
  if (record.owned && !viewing) {
    items.push({
      label: t('access.share.menu'),
      icon: 'share-2',
      run: () =>
        void import('./access/share-dialog.ts').then(({ openShareDialog }) =>
          openShareDialog(workspace, entity, id, name),
        ),
    });
  }
  items.push({
    label: t('access.why.menu'),
    icon: 'circle-question-mark',
    run: () => workspace.why({ entity, record: id, name }),
  });
  if (entity === 'systemuser' && id !== me.userId && has('view-as') && !viewing)
    items.push({ label: t('access.viewAs.menu'), icon: 'eye', run: () => viewWith({ id, name }) });
  const document = record.value('document');
  const about =
    entity === 'systemuser'
      ? ({ kind: 'user', id } as const)
      : entity === 'team'
        ? ({ kind: 'team', id } as const)
        : entity === 'role' && typeof document === 'string'
          ? ({ kind: 'role', id: document } as const)
          : undefined;
  if (about && has('manage-users') && !viewing) {
    items.push({
      label: t('access.whatIf.menu'),
      icon: 'scale',
      run: () =>
        void import('./access/what-if-dialog.ts').then(({ openWhatIf }) => openWhatIf(workspace, { ...about, name })),
    });
  }
  openMenu(anchor, items);
}
