// Times and indexes as people say them.
import type { IndexKey } from './api.ts';
import type { AdminContext } from './context.ts';

/** `812 ms`, `3.2 s` */
export function tookInWords({ locale }: AdminContext, milliseconds: number): string {
  const isLong = milliseconds >= 1000;
  return locale.number(isLong ? milliseconds / 1000 : milliseconds, {
    style: 'unit',
    unit: isLong ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: milliseconds < 10 || isLong ? 1 : 0,
  });
}

/** `Status, Created on`: the fields an index is made of. */
export async function keysInWords(
  { workspace, t }: AdminContext,
  entity: string,
  keys: readonly IndexKey[],
): Promise<string> {
  const { fields, key } = await workspace.entity(entity).catch(() => ({ fields: {}, key: '' }));
  const titles: Readonly<Record<string, { readonly title: string }>> = fields;
  return keys
    .filter(({ column }) => column !== key)
    .map(({ column, kind }) => {
      const title = titles[column]?.title ?? column;
      return kind === 'trigram' ? t('view.partOf', { field: title }) : title;
    })
    .join(t('common.listSeparator'));
}
