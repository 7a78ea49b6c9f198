// Tables as they were at any time since a moment: every state a touched row has had, taken back from the audit log, beside what
// it is now. A condition over them holds where it held at some time since, which is what decides whether a row that is out of
// reach now was within reach before.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Entity, Model } from '../model/model.ts';
import { mainColumn } from '../query/from.ts';
import { freshRecords, isFreshEntry, type Use } from './moment.ts';
import type { Reach } from './reach.ts';
import type { Moment } from './token.ts';

export interface Past {
  /** Ready for `with`. */
  readonly ctes: readonly string[];
  readonly tables: (name: string) => string | undefined;
}

/** `filtered`: columns of the entity that the query's filter reads; `ids`: SQL of the rows that are looked at, as uuid[]. */
export function pastOf(
  { model, schema }: { readonly model: Model; readonly schema: string },
  entity: Entity,
  reach: Reach,
  filtered: readonly string[],
  ids: string,
  since: Moment,
  use: Use,
): Past {
  const ctes: string[] = [];
  const names = new Map<string, string>();
  for (const [name, read] of reach.columns) {
    const table = model.entities.get(name);
    if (!table || table.union) continue;
    const own = name === entity.name;
    // Where sight depends on another row of the same entity, that one is read as well, whichever it is.
    const only = own && !reach.dependencies.some((steps) => steps.some((step) => step.entity === name));
    const touched = [
      ...(own ? [`select unnest(${ids})`] : []),
      ...(only ? [] : [freshRecords(schema, [name], since, use)]),
    ].join(' union ');
    const wires = [...read, ...(own ? filtered : [])];
    const position = names.size;
    ctes.push(...statesOf(schema, table, wires, touched, since, use, position));
    const now = `select t.* from ${qualified(schema, name)} t${only ? ` where t.${ident(mainColumn(table.key).name)} = any(${ids})` : ''}`;
    ctes.push(`ever${position} as not materialized (${now} union all select * from past${position})`);
    names.set(name, `ever${position}`);
  }
  if (reach.shared.size > 0) {
    ctes.push(`ever_share as not materialized (${sharesOf(schema, reach, since, use)})`);
    names.set('_share', 'ever_share');
  }
  return { ctes, tables: (name) => names.get(name) };
}

/** The states of the rows `touched` before each change since, where it touched a column that is asked for. */
function statesOf(
  schema: string,
  entity: Entity,
  wires: readonly string[],
  touched: string,
  since: Moment,
  use: Use,
  position: number,
): readonly string[] {
  const table = qualified(schema, entity.name);
  const key = mainColumn(entity.key).name;
  const columns = wires.flatMap((wire) => {
    const field = entity.fields.get(entity.wire.get(wire)?.field ?? '');
    return field?.columns.map(({ name }) => literal(name)) ?? [];
  });
  const asked = columns.length > 0 ? ` or k.changes ?| array[${columns.join(', ')}]` : '';
  const [entries, past] = [`entries${position}`, `past${position}`];
  return [
    `${entries} as materialized (select a."record", a."action", a."changes", row_number() over (partition by a."record" order by a."at", a."id") as n from ${qualified(schema, '_audit')} a where a."record" in (${touched}) and a."entity" = ${literal(entity.name)} and a."action" not in ('share', 'unshare', 'associate', 'disassociate') and ${isFreshEntry(since, use)})`,
    // Of several changes of a column the first since then tells what it was; a row that is gone had all that its end tells.
    `${past} as materialized (select (jsonb_populate_record(null::${table}, case when o.gone then '{}'::jsonb else coalesce(to_jsonb(t), '{}') end || o.old || jsonb_build_object(${literal(key)}, k."record"))).* from ${entries} k cross join lateral (select coalesce(jsonb_object_agg(c.key, c.value -> 0 order by j.n desc) filter (where c.key is not null), '{}') as old, bool_or(j."action" = 'delete') as gone from ${entries} j left join lateral jsonb_each(j."changes") c on jsonb_typeof(c.value) = 'array' where j."record" = k."record" and j.n >= k.n) o left join ${table} t on t.${ident(key)} = k."record" where k."action" <> 'create' and (k."action" = 'delete'${asked}))`,
  ];
}

/** Shares in force at some time since. */
function sharesOf(schema: string, reach: Reach, since: Moment, use: Use): string {
  const entities = [...reach.shared].map((name) => literal(name)).join(', ');
  const at = use('timestamptz', since.at);
  const present = `select s."entity", s."record", s."principal", s."rights", case when s."expires_at" <= ${at} then s."expires_at" end as "expires_at" from ${qualified(schema, '_share')} s`;
  const told = `a."changes" -> 'share' -> 0`;
  const former = `select a."entity", a."record", (${told} ->> 'principal')::uuid, (${told} ->> 'rights')::integer, null::timestamptz from ${qualified(schema, '_audit')} a where a."action" in ('share', 'unshare') and a."entity" in (${entities}) and jsonb_typeof(${told}) = 'object' and coalesce((${told} ->> 'expiresAt')::timestamptz > ${at}, true) and ${isFreshEntry(since, use)}`;
  return `${present} union all ${former}`;
}
