// A small world for rollups: regions of groups, groups in a tree with items, labels on groups. And, apart from the engine, what
// every rollup of it has to say.
import type { JsonObject } from '../../core/sdk/index.ts';

const text = (title: string): JsonObject => ({ title, type: 'string', maxLength: 100, field: { type: 'text' } });
const number = (title: string): JsonObject => ({ title, type: 'number', field: { type: 'decimal', precision: 2 } });
const lookup = (title: string, target: string, relation: JsonObject): JsonObject => ({
  title,
  type: 'string',
  format: 'uuid',
  field: { type: 'lookup', target, relation },
});

const entity = (name: string, properties: Readonly<Record<string, JsonObject>>): JsonObject => ({
  title: name,
  type: 'object',
  entity: { set: `${name}s`, plural: name, ownership: 'organization', primary: 'name', stateless: true },
  properties: { name: text('Name'), ...properties },
});

export const rollup = (type: string, field: JsonObject, more: JsonObject = {}): JsonObject => ({
  title: 'R',
  type,
  ...more,
  readOnly: true,
  field: { type: 'rollup', ...field },
});

const of = 'x_item_group';
const below = 'parentid';

export const rollups: Readonly<Record<string, JsonObject>> = {
  items: rollup('integer', { of, count: true }),
  opened: rollup('integer', { of, count: true, where: 'open = true' }),
  total: rollup('number', { of, sum: 'amount' }),
  openly: rollup('number', { of, sum: 'amount', where: 'open = true and amount > 10' }),
  mean: rollup('number', { of, avg: 'amount', precision: 4 }),
  least: rollup('number', { of, min: 'amount' }),
  most: rollup('number', { of, max: 'amount', where: 'open = true' }),
  early: rollup('string', { of, first: 'name', sort: 'on' }),
  late: rollup('number', { of, last: 'amount', sort: 'on' }),
  names: rollup('string', { of, concat: 'name', sort: 'name desc', separator: '; ' }),
  doubled: rollup('number', { of, sum: 'twice' }),
  under: rollup('number', { of, sum: 'amount', below }),
  underitems: rollup('integer', { of, count: true, below, where: 'open = true' }),
  undermost: rollup('number', { of, max: 'amount', below }),
  undermean: rollup('number', { of, avg: 'amount', below, precision: 4 }),
  labels: rollup('integer', { of: 'x_group_labels', count: true }),
  weight: rollup('number', { of: 'x_group_labels', sum: 'weight', where: 'weight > 1' }),
  heaviest: rollup('string', { of: 'x_group_labels', concat: 'name' }),
};

export const documents = (
  more: Readonly<Record<string, JsonObject>> = rollups,
): Readonly<Record<string, JsonObject>> => ({
  'x_region/entity': entity('x_region', {
    groups: rollup('integer', { of: 'x_group_region', count: true }),
    ...('total' in more ? { total: rollup('number', { of: 'x_group_region', sum: 'total' }) } : {}),
  }),
  'x_label/entity': entity('x_label', { weight: number('Weight') }),
  'relations/x_group_labels': { title: 'Labels', first: { entity: 'x_group' }, second: { entity: 'x_label' } },
  'x_group/entity': entity('x_group', {
    regionid: lookup('Region', 'x_region', { name: 'x_group_region', delete: 'remove-link' }),
    parentid: lookup('Parent', 'x_group', { name: 'x_group_parent', delete: 'remove-link', hierarchy: true }),
    ...more,
  }),
  'x_item/entity': entity('x_item', {
    amount: number('Amount'),
    open: { title: 'Open', type: 'boolean', field: { type: 'yes-no' } },
    on: { title: 'On', type: 'string', format: 'date', field: { type: 'date' } },
    twice: { title: 'Twice', type: 'number', readOnly: true, field: { type: 'formula', formula: 'amount * 2' } },
    groupid: lookup('Group', 'x_group', { name: 'x_item_group', delete: 'cascade' }),
  }),
});

type Row = Readonly<Record<string, unknown>>;

export interface Rows {
  readonly regions: readonly Row[];
  readonly groups: readonly Row[];
  readonly items: readonly Row[];
  readonly labels: readonly Row[];
  readonly links: readonly Row[];
}

const amount = (row: Row): number | undefined => (row['amount'] === null ? undefined : Number(row['amount']));
const round = (value: number): number => Math.round(value * 10_000) / 10_000;
const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((all, one) => all + (one ?? 0), 0);
const present = (rows: readonly Row[]): readonly number[] => rows.map(amount).filter((one) => one !== undefined);
const mean = (rows: readonly Row[]): number | null => {
  const values = present(rows);
  return values.length === 0 ? null : round(sum(values) / values.length);
};
const extreme = (rows: readonly Row[], which: (...values: number[]) => number): number | null => {
  const values = present(rows);
  return values.length === 0 ? null : which(...values);
};
/** By the date, rows without one last; the id between equals. */
const ordered = (rows: readonly Row[], direction: 1 | -1): readonly Row[] =>
  [...rows].sort((a, b) => {
    const [x, y] = [a['on'] as string | null, b['on'] as string | null];
    if (x === null || y === null)
      return x === y ? direction * compare(a['x_itemid'], b['x_itemid']) : x === null ? 1 : -1;
    return direction * (compare(x, y) || compare(a['x_itemid'], b['x_itemid']));
  });
const compare = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);

/** What each rollup of a group has to be. */
export function expectedOf(group: Row, rows: Rows): Row {
  const id = group['x_groupid'];
  const own = rows.items.filter((item) => item['groupid'] === id);
  const tree = new Set([id]);
  for (const one of tree) for (const other of rows.groups) if (other['parentid'] === one) tree.add(other['x_groupid']);
  const all = rows.items.filter((item) => tree.has(item['groupid']));
  const open = (row: Row): boolean => row['open'] === true;
  const linked = rows.links
    .filter((link) => link['x_groupid'] === id)
    .map((link) => rows.labels.find((label) => label['x_labelid'] === link['x_labelid']) ?? {});
  const names = own.map((item) => item['name']).filter((name) => name !== null);
  return {
    items: own.length,
    opened: own.filter(open).length,
    total: sum(own.map(amount)),
    openly: sum(
      own
        .filter(open)
        .map(amount)
        .filter((one) => (one ?? 0) > 10),
    ),
    mean: mean(own),
    least: extreme(own, Math.min),
    most: extreme(own.filter(open), Math.max),
    early: ordered(own, 1)[0]?.['name'] ?? null,
    late: amount(ordered(own, -1)[0] ?? { amount: null }) ?? null,
    names: names.length === 0 ? null : names.toSorted((a, b) => compare(b, a)).join('; '),
    doubled: 2 * sum(own.map(amount)),
    under: sum(all.map(amount)),
    underitems: all.filter(open).length,
    undermost: extreme(all, Math.max),
    undermean: mean(all),
    labels: linked.length,
    weight: sum(linked.map((label) => Number(label['weight'] ?? 0)).filter((one) => one > 1)),
    heaviest:
      linked.length === 0
        ? null
        : linked
            .map((label) => String(label['name']))
            .sort(compare)
            .join(', '),
  };
}
