// The SQL that keeps rollups: triggers on the tables whose rows are rolled up, so that every statement that writes them, whoever
// sends it, changes the rollups in its own transaction. Sums, counts and averages move by what changed; other functions are
// worked out anew for the rows concerned, where what changed may matter. A rollup's row is locked before it is worked out, and
// every statement of a function sees what was committed until then, so that writers at the same time follow each other.
import { createHash } from 'node:crypto';
import { constraintName, ident, literal, qualified } from '../db/identifier.ts';
import type { Column, Entity, Field, Model } from '../model/model.ts';
import { compileCondition } from '../query/compile-condition.ts';
import { From, mainColumn, typeColumn } from '../query/from.ts';
import { ConstantStatement } from './constant-statement.ts';
import { rollupsOf, type Rolled } from './resolve.ts';

/** A trigger with its function; `hash` stands in the function's comment. */
export interface RollupTrigger {
  readonly name: string;
  readonly table: string;
  readonly event: 'insert' | 'update' | 'delete';
  /** `create or replace function …` */
  readonly body: string;
  readonly hash: string;
}

export interface RollupFill {
  readonly table: string;
  /** Columns of one rollup → the mark of what it says. */
  readonly marks: ReadonlyMap<string, string>;
  /** The function that works out all rollups of the rows between two keys: `(low exclusive or null, high)`. */
  readonly function: string;
  readonly body: string;
  readonly hash: string;
}

export interface RollupSql {
  readonly triggers: readonly RollupTrigger[];
  readonly fills: readonly RollupFill[];
}

interface Around {
  readonly model: Model;
  readonly schema: string;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);
const isDelta = ({ spec }: Rolled): boolean =>
  spec.function === 'sum' || spec.function === 'count' || spec.function === 'avg';

export function rollupSql(model: Model, schema: string): RollupSql {
  const around = { model, schema };
  const all = rollupsOf(model);
  const blocks = new Map<string, { table: string; event: RollupTrigger['event']; key: string; blocks: string[] }>();
  const add = (table: string, event: RollupTrigger['event'], key: string, block: string): void => {
    const name = `${table} ${event}`;
    const found = blocks.get(name) ?? { table, event, key, blocks: [] };
    found.blocks.push(block);
    blocks.set(name, found);
  };
  for (const feed of feedsOf(all)) {
    const [first] = feed;
    if (!first) continue;
    const { child, parent, link, up } = first;
    if (link.kind === 'lookup') {
      for (const event of ['insert', 'update', 'delete'] as const)
        add(child.name, event, keyOf(child), lookupBlock(around, feed, event));
    } else {
      for (const event of ['insert', 'delete'] as const) add(link.table, event, '', pairBlock(around, feed, event));
      add(child.name, 'update', keyOf(child), pairBlock(around, feed, 'update'));
    }
    if (up)
      for (const event of ['update', 'delete'] as const)
        add(parent.name, event, keyOf(parent), treeBlock(around, feed, event));
  }
  const triggers = [...blocks.values()].map(({ table, event, key, blocks: parts }): RollupTrigger => {
    const name = constraintName('_rollup', table, event);
    const body = functionText(schema, name, parts, event, key);
    return { name, table, event, body, hash: `peyvand:${hashOf(body)}` };
  });
  return { triggers, fills: fillsOf(around, all) };
}

export function triggerText(schema: string, { name, table, event }: RollupTrigger, at = table): string {
  const tables = [
    ...(event === 'insert' ? [] : ['old table as old_rows']),
    ...(event === 'delete' ? [] : ['new table as new_rows']),
  ];
  return `create or replace trigger ${ident(name)} after ${event} on ${qualified(schema, at)} referencing ${tables.join(' ')} for each statement execute function ${qualified(schema, name)}()`;
}

/** Rollups that the same rows feed, of the same parent over the same link. */
function feedsOf(all: readonly Rolled[]): readonly (readonly Rolled[])[] {
  const key = ({ parent, child, link, up }: Rolled): string =>
    [parent.name, child.name, link.kind === 'lookup' ? link.lookup.name : link.table + link.mine, up?.name ?? ''].join(
      ' ',
    );
  // Those with a tree first: they lock what the others would lock a part of.
  return [...Map.groupBy(all, key).values()].sort(
    ([a], [b]) => Number(a?.up === undefined) - Number(b?.up === undefined),
  );
}

const keyOf = (entity: Entity): string => ident(mainColumn(entity.key).name);

function functionText(schema: string, name: string, blocks: readonly string[], event: string, key: string): string {
  return `create or replace function ${qualified(schema, name)}() returns trigger language plpgsql as $rollup$
declare
  parents uuid[];
  level uuid[];
  seen uuid[];
begin
${blocks.join('\n')}
  return null;
end $rollup$`
    .replaceAll(':event', event)
    .replaceAll(':key', key);
}

/** What a rollup reads of a related row under an alias: its value and its place in the order, null where it does not count. */
function readings(around: Around, { child, spec, value, where, sort }: Rolled, alias: string): Reading {
  const compilation = {
    ...around,
    statement: new ConstantStatement(),
    rows: () => ({ kind: 'true' }) as const,
    shown: () => 'full' as const,
    condition: compileCondition,
  };
  const from = new From(compilation, child, alias);
  const holds = where ? `(${compileCondition(from, where)}) is true` : 'true';
  const column = value ? from.columnOf(value) : '1';
  const of = where ? `case when ${holds} then ${column} end` : column;
  const order = sort && from.columnOf(sort.column);
  return { holds, column, of, order, spec };
}

interface Reading {
  readonly holds: string;
  readonly column: string;
  readonly of: string;
  readonly order: string | undefined;
  readonly spec: Rolled['spec'];
}

/** SQL of the parent's id that a related row names, null where it names another kind of row. */
function parentOf({ parent, link }: Rolled, alias: string): string {
  if (link.kind !== 'lookup') throw new TypeError('a pair has its parent itself');
  const id = `${alias}.${ident(mainColumn(link.lookup).name)}`;
  const type = typeColumn(link.lookup);
  return type ? `case when ${alias}.${ident(type.name)} = ${literal(link.type ?? parent.name)} then ${id} end` : id;
}

/** The related rows that changed: `parent`, `sign` (-1 as it was, 1 as it is), and for each rollup `v0`, `p0`, … */
function changedRows(around: Around, feed: readonly Rolled[], event: RollupTrigger['event']): string {
  const [first] = feed;
  if (!first) throw new TypeError('a feed has rollups');
  const list = (alias: string): readonly string[] => [
    parentOf(first, alias),
    ...feed.flatMap((rolled) => {
      const { holds, of, order } = readings(around, rolled, alias);
      if (isDelta(rolled)) return [of];
      return [of, holds, ...(order === undefined ? [] : [`case when ${holds} then ${order} end`])];
    }),
  ];
  const names = feed.flatMap((rolled, index) =>
    isDelta(rolled) ? [`v${index}`] : [`v${index}`, `p${index}`, ...(rolled.sort ? [`k${index}`] : [])],
  );
  const select = (alias: string, sign: number): string =>
    `select ${list(alias)[0]} as parent, ${sign} as sign${list(alias)
      .slice(1)
      .map((sql, index) => `, ${sql} as ${names[index]}`)
      .join('')}`;
  if (event === 'insert') return `${select('n', 1)} from new_rows n`;
  if (event === 'delete') return `${select('o', -1)} from old_rows o`;
  const differs = list('n')
    .map((sql, index) => `(${sql}) is distinct from (${list('o')[index]})`)
    .join(' or ');
  const joined = `from new_rows n join old_rows o on n.${keyOf(first.child)} = o.${keyOf(first.child)} where ${differs}`;
  return `${select('n', 1)} ${joined} union all ${select('o', -1)} ${joined}`;
}

function lookupBlock(around: Around, feed: readonly Rolled[], event: RollupTrigger['event']): string {
  const rows = changedRows(around, feed, event);
  return keepText(around, feed, event, rows, deltasOf(feed));
}

interface Measure {
  /** Aggregate over the changed rows. */
  readonly name: string;
  readonly sql: string;
}

/** What of the changed rows concerns each rollup. */
function deltasOf(feed: readonly Rolled[]): readonly Measure[] {
  return feed.flatMap((rolled, index): readonly Measure[] => {
    const value = `r.v${index}`;
    switch (rolled.spec.function) {
      case 'sum':
        return [{ name: `d${index}`, sql: `coalesce(sum(r.sign * ${value}), 0)` }];
      case 'count':
        return [{ name: `d${index}`, sql: `coalesce(sum(r.sign) filter (where ${value} is not null), 0)` }];
      case 'avg':
        return [
          { name: `d${index}`, sql: `coalesce(sum(r.sign * ${value}), 0)` },
          { name: `e${index}`, sql: `coalesce(sum(r.sign) filter (where ${value} is not null), 0)` },
        ];
      case 'min':
      case 'max':
        return [
          { name: `d${index}`, sql: `${rolled.spec.function}(${value}) filter (where r.sign > 0)` },
          { name: `e${index}`, sql: `${rolled.spec.function}(${value}) filter (where r.sign < 0)` },
        ];
      default:
        return [{ name: `d${index}`, sql: `coalesce(bool_or(r.p${index}), false)` }];
    }
  });
}

/** Column → its value after the change, over the parent `t` and what concerns it, `d`. */
function nextOf(around: Around, rolled: Rolled, index: number): readonly (readonly [Column, string])[] {
  const [own, sum, count] = rolled.field.columns;
  if (!own) return [];
  const column = `t.${ident(own.name)}`;
  switch (rolled.spec.function) {
    case 'sum':
    case 'count':
      return [[own, `(coalesce(${column}, 0) + d.d${index})::${own.type}`]];
    case 'avg': {
      if (!sum || !count) return [];
      const total = `(coalesce(t.${ident(sum.name)}, 0) + d.d${index})`;
      const many = `(coalesce(t.${ident(count.name)}, 0) + d.e${index})`;
      return [
        [own, averageText(total, many, rolled)],
        [sum, total],
        [count, `${many}::bigint`],
      ];
    }
    case 'min':
    case 'max': {
      const worse = rolled.spec.function === 'min' ? '>' : '<';
      const nearer = rolled.spec.function === 'min' ? 'least' : 'greatest';
      // Only when the extreme itself may have gone are the others asked.
      const text = `case when d.e${index} is null or d.e${index} ${worse} ${column} then ${nearer}(${column}, d.d${index}) else ${againText(around, rolled)[0]?.[1]} end`;
      return [[own, text]];
    }
    default:
      return [[own, `case when d.d${index} then ${againText(around, rolled)[0]?.[1]} else ${column} end`]];
  }
}

function averageText(sum: string, count: string, { spec }: Rolled): string {
  return `round(${sum} / nullif(${count}, 0), ${spec.scale ?? 10})`;
}

/** Column → its value worked out from all related rows of the parent `t`. */
function againText(around: Around, rolled: Rolled): readonly (readonly [Column, string])[] {
  const [own, sum, count] = rolled.field.columns;
  if (!own) return [];
  const { child, spec } = rolled;
  const reading = readings(around, rolled, 'c');
  const of = reading.column;
  const key = `c.${keyOf(child)}`;
  const where = [belongs(around, rolled), ...(rolled.where ? [reading.holds] : [])].join(' and ');
  const from = `from ${sourceText(around, rolled)} where ${where}`;
  const direction = rolled.sort?.direction ?? 'asc';
  const collated = (rolled.sort?.column ?? rolled.value)?.type === 'text' ? ' collate "C"' : '';
  const order = (way: 'asc' | 'desc'): string => `${reading.order ?? of}${collated} ${way} nulls last, ${key} ${way}`;
  const opposite = direction === 'asc' ? 'desc' : 'asc';
  switch (spec.function) {
    case 'sum':
      return [[own, `(select coalesce(sum(${of}), 0)::${own.type} ${from})`]];
    case 'count':
      return [[own, `(select count(*)::${own.type} ${from})`]];
    case 'avg': {
      if (!sum || !count) return [];
      const [total, many] = [`(select coalesce(sum(${of}), 0) ${from})`, `(select count(${of}) ${from})`];
      return [
        [own, averageText(total, many, rolled)],
        [sum, total],
        [count, many],
      ];
    }
    case 'min':
    case 'max':
      return [[own, `(select ${spec.function}(${of}) ${from})`]];
    case 'first':
    case 'last':
      return [
        [own, `(select ${of} ${from} order by ${order(spec.function === 'first' ? direction : opposite)} limit 1)`],
      ];
    case 'concat':
      return [
        [own, `(select string_agg(${of}, ${literal(spec.separator ?? ', ')} order by ${order(direction)}) ${from})`],
      ];
  }
}

function sourceText({ schema }: Around, { child, link }: Rolled): string {
  const table = `${qualified(schema, child.name)} c`;
  if (link.kind === 'lookup') return table;
  return `${qualified(schema, link.table)} i join ${table} on c.${keyOf(child)} = i.${ident(link.theirs)}`;
}

/** The related row `c` belongs to the parent `t`, or to a row below it. */
function belongs({ schema }: Around, rolled: Rolled): string {
  const { parent, link, up } = rolled;
  const key = keyOf(parent);
  if (link.kind === 'pairs') return `i.${ident(link.mine)} = t.${key}`;
  const id = `c.${ident(mainColumn(link.lookup).name)}`;
  const type = typeColumn(link.lookup);
  const typed = type ? ` and c.${ident(type.name)} = ${literal(link.type ?? parent.name)}` : '';
  if (!up) return `${id} = t.${key}${typed}`;
  const tree = qualified(schema, parent.name);
  const lead = ident(mainColumn(up).name);
  return `${id} in (with recursive b(id) as (select t.${key} union select x.${key} from b join ${tree} x on x.${lead} = b.id) select b.id from b)${typed}`;
}

/** Finds the parents concerned, locks them (with all above, where those count, too), and brings them up to date. */
function keepText(
  around: Around,
  feed: readonly Rolled[],
  event: RollupTrigger['event'],
  rows: string,
  measures: readonly Measure[],
): string {
  const [first] = feed;
  if (!first) return '';
  const { parent, up } = first;
  const { schema } = around;
  const table = qualified(schema, parent.name);
  const key = keyOf(parent);
  const next = feed.flatMap((rolled, index) => nextOf(around, rolled, index));
  const columns = next.map(([column]) => ident(column.name));
  const isSimple = !up && feed.every(isDelta);
  const lead = up && ident(mainColumn(up).name);
  const chain =
    lead === undefined
      ? ''
      : `chain(origin, id) as (select p, p from unnest(parents) p union select chain.origin, x.${lead} from chain join ${table} x on x.${key} = chain.id where x.${lead} is not null), `;
  const grouped =
    lead === undefined
      ? `select r.parent as id, ${measures.map(({ name, sql }) => `${sql} as ${name}`).join(', ')} from (${rows}) r where r.parent is not null group by r.parent`
      : `select chain.id, ${measures.map(({ name, sql }) => `${sql} as ${name}`).join(', ')} from (${rows}) r join chain on chain.origin = r.parent group by chain.id`;
  const lockOne = `perform 1 from ${table} where ${key} = any (parents) order by ${key} for no key update;`;
  const lock =
    lead !== undefined
      ? // All at once and in one order, so that nobody waits for each other; again where the tree has changed meanwhile.
        `seen := '{}';
    loop
      with recursive above(id) as (select p from unnest(parents) p union select x.${lead} from above join ${table} x on x.${key} = above.id where x.${lead} is not null)
      select array_agg(id) into level from above;
      exit when level <@ seen;
      perform 1 from ${table} where ${key} = any (level) order by ${key} for no key update;
      seen := seen || level;
    end loop;`
      : isSimple
        ? `if cardinality(parents) > 1 then ${lockOne} end if;`
        : lockOne;
  const changed = isSimple
    ? `update ${table} t set ${next.map(([column, sql]) => `${ident(column.name)} = ${sql}`).join(', ')} from d where t.${key} = d.id and (${next.map(([column, sql]) => `t.${ident(column.name)} is distinct from ${sql}`).join(' or ')})`
    : `update ${table} t set ${columns.map((name) => `${name} = n.${name}`).join(', ')} from n where t.${key} = n.id and (${columns.map((name) => `t.${name} is distinct from n.${name}`).join(' or ')})`;
  const worked = isSimple
    ? ''
    : `, n as materialized (select t.${key} as id, ${next.map(([column, sql]) => `${sql} as ${ident(column.name)}`).join(', ')} from d join ${table} t on t.${key} = d.id)`;
  const found = `select array_agg(distinct r.parent) into parents from (${rows}) r where r.parent is not null;`;
  const keep = `with recursive ${chain}d as materialized (${grouped})${worked}, done as (${changed} returning t.${key} as id${versionText(parent)})
    ${toldText(schema, parent, feed)};`;
  // One row alone, as most writes are, has one parent: nothing has to be put in order.
  if (isSimple && event !== 'update') {
    const alone = `(select count(*) from (select from ${event === 'insert' ? 'new_rows' : 'old_rows'} limit 2) r) = 1`;
    return `  if not ${alone} then
    ${found}
    ${lockOne}
  end if;
  ${keep}`;
  }
  return `  ${found}
  if parents is not null then
    ${lock}
    ${keep}
  end if;`;
}

function versionText(parent: Entity): string {
  const version = [...parent.fields.values()].find((field) => field.system === 'version');
  return version ? `, t.${ident(mainColumn(version).name)} as version` : ', null::bigint as version';
}

/** Whoever follows changes hears of it: the row's own version stays, so that nobody's form is out of date by it. */
function toldText(schema: string, parent: Entity, feed: readonly Rolled[]): string {
  const names = feed.map(({ field }) => literal(field.name)).join(', ');
  return `insert into ${qualified(schema, '_outbox')} ("message", "entity", "record", "version", "changed", "processed_at") select 'update', ${literal(parent.name)}, id, version, array[${names}]::text[], now() from done`;
}

/** Links and rows at their other end: the parents concerned are worked out anew, the linked rows held still meanwhile. */
function pairBlock(around: Around, feed: readonly Rolled[], event: RollupTrigger['event']): string {
  const [first] = feed;
  if (first?.link.kind !== 'pairs') return '';
  const { child, link, parent } = first;
  const { schema } = around;
  const pairs = qualified(schema, link.table);
  const rows = event === 'delete' ? 'old_rows' : 'new_rows';
  let found = `select array_agg(distinct r.${ident(link.mine)}) into parents from ${rows} r;`;
  if (event === 'update') {
    const list = (alias: string) =>
      feed.flatMap((rolled) => {
        const { holds, of, order } = readings(around, rolled, alias);
        return [of, holds, ...(order === undefined ? [] : [order])];
      });
    const differs = list('n')
      .map((sql, index) => `(${sql}) is distinct from (${list('o')[index]})`)
      .join(' or ');
    found = `select array_agg(distinct i.${ident(link.mine)}) into parents from new_rows n join old_rows o on n.${keyOf(child)} = o.${keyOf(child)} join ${pairs} i on i.${ident(link.theirs)} = n.${keyOf(child)} where ${differs};`;
  }
  // A row that somebody else is changing at this moment is waited for: it does not know of this link yet.
  const still =
    event === 'insert'
      ? `perform 1 from ${qualified(schema, child.name)} c where c.${keyOf(child)} in (select r.${ident(link.theirs)} from ${rows} r) order by c.${keyOf(child)} for share;`
      : '';
  return `  ${found}
  if parents is not null then
    ${still}
    perform 1 from ${qualified(schema, parent.name)} where ${keyOf(parent)} = any (parents) order by ${keyOf(parent)} for no key update;
    ${againStatement(around, feed, `t.${keyOf(parent)} = any (parents)`)};
  end if;`;
}

/** Works all rollups of the feed out anew for the parents that `which` names. */
function againStatement(around: Around, feed: readonly Rolled[], which: string): string {
  const [first] = feed;
  if (!first) return '';
  const { parent } = first;
  const table = qualified(around.schema, parent.name);
  const key = keyOf(parent);
  const again = feed.flatMap((rolled) => againText(around, rolled));
  const names = again.map(([column]) => ident(column.name));
  return `with n as materialized (select t.${key} as id, ${again.map(([column, sql]) => `${sql} as ${ident(column.name)}`).join(', ')} from ${table} t where ${which}),
    done as (update ${table} t set ${names.map((name) => `${name} = n.${name}`).join(', ')} from n where t.${key} = n.id and (${names.map((name) => `t.${name} is distinct from n.${name}`).join(' or ')}) returning t.${key} as id${versionText(parent)})
    ${toldText(around.schema, parent, feed)}`;
}

/** A row of the parent's tree moved or went: what it stood for leaves those above it, and comes to those above its new place. */
function treeBlock(around: Around, feed: readonly Rolled[], event: 'update' | 'delete'): string {
  const [first] = feed;
  if (!first?.up) return '';
  const { parent, up } = first;
  const key = keyOf(parent);
  const lead = ident(mainColumn(up).name);
  const select = (alias: string, sign: number): string => {
    const values = feed.flatMap((rolled, index) => {
      const [own, sum, count] = rolled.field.columns;
      if (!own) return [];
      const of = (column: Column): string => `o.${ident(column.name)}`;
      switch (rolled.spec.function) {
        case 'sum':
        case 'count':
          return [`${of(own)} as v${index}`];
        case 'avg':
          return sum && count ? [`${of(sum)} as v${index}`, `${of(count)} as w${index}`] : [];
        default:
          return [`${of(own)} as v${index}`, `true as p${index}`];
      }
    });
    return `select ${alias}.${lead} as parent, ${sign} as sign, ${values.join(', ')}`;
  };
  const joined = `from new_rows n join old_rows o on n.${key} = o.${key} where n.${lead} is distinct from o.${lead}`;
  const rows =
    event === 'delete'
      ? `${select('o', -1)} from old_rows o`
      : `${select('n', 1)} ${joined} union all ${select('o', -1)} ${joined}`;
  const measures = feed.flatMap((rolled, index): readonly Measure[] => {
    switch (rolled.spec.function) {
      case 'sum':
      case 'count':
        return [{ name: `d${index}`, sql: `coalesce(sum(r.sign * r.v${index}), 0)` }];
      case 'avg':
        return [
          { name: `d${index}`, sql: `coalesce(sum(r.sign * r.v${index}), 0)` },
          { name: `e${index}`, sql: `coalesce(sum(r.sign * r.w${index}), 0)` },
        ];
      default:
        return deltasOf(feed).filter(({ name }) => name.slice(1) === String(index));
    }
  });
  return keepText(around, feed, event, rows, measures);
}

function fillsOf(around: Around, all: readonly Rolled[]): readonly RollupFill[] {
  const byParent = Map.groupBy(all, ({ parent }) => parent);
  return [...byParent].map(([parent, rollups]): RollupFill => {
    const name = constraintName('_rollup_fill', parent.name);
    const key = keyOf(parent);
    const range = (alias: string): string => `(low is null or ${alias}${key} > low) and ${alias}${key} <= high`;
    const table = qualified(around.schema, parent.name);
    const body = `create or replace function ${qualified(around.schema, name)}(low uuid, high uuid) returns void language plpgsql as $rollup$
begin
  perform 1 from ${table} where ${range('')} order by ${key} for no key update;
  ${againStatement(around, rollups, range('t.'))};
end $rollup$`;
    const marks = new Map(
      rollups.map((rolled) => {
        const text = againText(around, rolled)
          .map(([, sql]) => sql)
          .join(' ');
        return [mainColumn(rolled.field).name, `peyvand:rollup:${hashOf(text)}`];
      }),
    );
    return { table: parent.name, marks, function: name, body, hash: `peyvand:${hashOf(body)}` };
  });
}

/** Rows whose stored rollups differ from what their related rows say: id, field, stored, worked out. */
export function differencesText(model: Model, schema: string, entity: Entity): string | undefined {
  const parts = rollupsOf(model)
    .filter(({ parent }) => parent === entity)
    .map((rolled) => {
      const [own, sql] = againText({ model, schema }, rolled)[0] ?? [];
      if (!own) return '';
      const stored = `t.${ident(own.name)}`;
      return `select t.${keyOf(entity)}::text as id, ${literal(rolled.field.name)} as field, ${stored}::text as stored, v.x::text as again from ${qualified(schema, entity.name)} t cross join lateral (select ${sql} as x) v where ${stored} is distinct from v.x`;
    });
  return parts.length === 0 ? undefined : parts.join(' union all ');
}

/** The default of a rollup's column in a row that nothing refers to yet. */
export function rollupDefault(field: Field, column: Column): string | undefined {
  const kind = field.type.rollup?.(field.spec).function;
  if (kind === 'sum' || kind === 'count') return '0';
  return kind === 'avg' && column !== field.columns[0] ? '0' : undefined;
}
