// The statements of sharing: rows of `_share` written, passed on along relationships and taken away, each with its audit and
// outbox rows. What may be shared is shares.ts's to decide.
import { ident, literal, qualified } from '../../db/identifier.ts';
import type { Parameter } from '../../db/sql.ts';
import type { Call } from '../../engine.ts';
import type { Entity, Relation } from '../../model/model.ts';
import { CASCADE_LIMIT } from '../../records/assign.ts';
import { columnOf, factsOf, typeColumnOf } from '../../records/entity-facts.ts';
import { fillConditions, rowConditions } from '../../records/row-conditions.ts';
import { askedOf } from '../../records/row-rights.ts';
import { auditInto, outboxInto, slots, table, toldShare, traceOf, type Slots } from '../../records/statement.ts';
import { executorOf } from '../../records/transact.ts';
import { SHARED_ITSELF } from '../../schema/system-tables.ts';
import type { Privilege } from '../access.ts';

/** What one user or team gets. */
export interface Given {
  readonly principal: string;
  readonly type: 'systemuser' | 'team';
  /** Bits. */
  readonly rights: number;
  /** The same, as privileges. */
  readonly privileges: readonly Privilege[];
  /** ISO 8601; null: for ever. */
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

/** Audit and outbox of shares that changed: `diff` has record, old and new (jsonb, null for none). */
function logged(schema: string, entity: Entity, parameters: Slots, action: 'share' | 'unshare'): readonly string[] {
  const audit = auditInto(schema, parameters, {
    id: 'gen_random_uuid()',
    entity: entity.name,
    record: 'record',
    action,
    changes: `jsonb_build_object('share', jsonb_build_array(old, new))`,
    from: 'diff',
  });
  const outbox = `${outboxInto(schema)} select ${literal(action)}, ${literal(entity.name)}, record, null, ${parameters.use(':user', 'uuid')}, ${parameters.use(':request', 'text')}, '{}', coalesce(new, old), now() from diff`;
  return [...(entity.audit ? [`audit as (${audit})`] : []), `outbox as (${outbox})`];
}

/**
 * Shares the rows that `chosen` selects (`id`) as from `source`; what is shared so already gets the new rights. Answers the
 * rows' ids.
 */
async function put(
  call: Call,
  entity: Entity,
  given: Given,
  source: string,
  chosen: (parameters: Slots) => { readonly text: string; readonly values: Map<string, Parameter> },
): Promise<readonly string[]> {
  const { schema } = call.engine;
  const parameters = slots();
  const share = qualified(schema, '_share');
  const { text, values } = chosen(parameters);
  const [principal, from] = [parameters.use(':principal', 'uuid'), parameters.use(':source', 'uuid')];
  const row = [
    literal(entity.name),
    'chosen.id',
    principal,
    parameters.use(':type', 'text'),
    parameters.use(':rights', 'integer'),
    parameters.use(':expires', 'timestamptz'),
    parameters.use(':reason', 'text'),
    'now()',
    parameters.use(':user', 'uuid'),
    from,
  ];
  const same = `s."rights" = excluded."rights" and s."expires_at" is not distinct from excluded."expires_at" and s."reason" is not distinct from excluded."reason"`;
  const ctes = [
    `chosen as materialized (${text})`,
    `before as materialized (select s.* from ${share} s join chosen on chosen.id = s."record" where s."entity" = ${literal(entity.name)} and s."principal" = ${principal} and s."source" = ${from})`,
    `new as (insert into ${share} as s ("entity", "record", "principal", "principal_type", "rights", "expires_at", "reason", "shared_at", "shared_by", "source") select ${row.join(', ')} from chosen on conflict ("entity", "record", "principal", "source") do update set "rights" = excluded."rights", "expires_at" = excluded."expires_at", "reason" = excluded."reason", "shared_at" = excluded."shared_at", "shared_by" = excluded."shared_by" where not (${same}) returning s.*)`,
    `diff as materialized (select new."record" as record, case when before."record" is not null then ${toldShare('before')} end as old, ${toldShare('new')} as new from new left join before on before."record" = new."record")`,
    ...logged(schema, entity, parameters, 'share'),
  ];
  for (const [slot, value] of [
    ...traceOf(call),
    [':principal', given.principal] as const,
    [':source', source] as const,
    [':type', given.type] as const,
    [':rights', given.rights] as const,
    [':expires', given.expiresAt] as const,
    [':reason', given.reason] as const,
  ])
    values.set(slot, value);
  const rows = await executorOf(call).query<{ id: string }>(
    `with ${ctes.join(',\n')}\nselect id from chosen`,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
  return rows.map(({ id }) => id);
}

/** Shares one row, and what it passes its shares on to. Runs in the caller's transaction, the row locked. */
export async function putShare(call: Call, entity: Entity, id: string, given: Given): Promise<void> {
  await put(call, entity, given, SHARED_ITSELF, (parameters) => ({
    text: `select ${parameters.use(':id', 'uuid')} as id`,
    values: new Map([[':id', id]]),
  }));
  const seen = new Map<string, Set<string>>([[entity.name, new Set([id])]]);
  let level: { readonly entity: Entity; readonly ids: readonly string[] }[] = [{ entity, ids: [id] }];
  for (let depth = 0; level.length > 0 && depth < CASCADE_LIMIT; depth++) {
    const below: typeof level = [];
    for (const parent of level) {
      for (const relation of passing(call, parent.entity)) {
        const child = call.engine.model.entities.get(relation.many);
        if (!child) continue;
        const known = seen.get(child.name) ?? new Set<string>();
        seen.set(child.name, known);
        const ids = await put(call, child, given, id, (parameters) =>
          childrenOf(call, parent.entity, parent.ids, child, relation, given.privileges, parameters),
        );
        const fresh = ids.filter((one) => !known.has(one));
        for (const one of fresh) known.add(one);
        if (fresh.length > 0) below.push({ entity: child, ids: fresh });
      }
    }
    level = below;
  }
}

type OneToMany = Extract<Relation, { kind: 'one-to-many' }>;

/** Relationships over which the entity's shares are passed on. */
function passing(call: Call, entity: Entity): readonly OneToMany[] {
  const { model } = call.engine;
  return [...model.relations.values()].filter((relation): relation is OneToMany => {
    if (relation.kind !== 'one-to-many' || relation.behaviour.share === 'none') return false;
    if (relation.one !== entity.name && relation.one !== entity.base) return false;
    const child = model.entities.get(relation.many);
    return child !== undefined && !child.union && child.ownership === 'user';
  });
}

/** The children that a share reaches: within the relationship's behaviour, and only what the caller may share like this. */
function childrenOf(
  call: Call,
  parent: Entity,
  parents: readonly string[],
  child: Entity,
  relation: OneToMany,
  privileges: readonly Privilege[],
  parameters: Slots,
): { readonly text: string; readonly values: Map<string, Parameter> } {
  const { schema } = call.engine;
  const { system } = factsOf(child);
  const values = new Map<string, Parameter>([[':parents', parents]]);
  const lookup = child.fields.get(relation.field);
  if (!lookup) return { text: 'select null::uuid as id where false', values };
  const where = [`t.${ident(columnOf(lookup).name)} = any (${parameters.use(':parents', 'text')}[]::uuid[])`];
  const type = typeColumnOf(lookup);
  if (type) where.push(`t.${ident(type.name)} = ${literal(relation.one)}`);
  const state = system.get('state');
  if (relation.behaviour.share === 'active' && state) {
    where.push(`t.${ident(columnOf(state).name)} = ${child.status?.[0]?.state ?? 0}`);
  }
  const [owner, above] = [system.get('owner'), factsOf(parent).system.get('owner')];
  if (relation.behaviour.share === 'user-owned' && owner && above) {
    const same = `p.${ident(columnOf(parent.key).name)} = t.${ident(columnOf(lookup).name)} and p.${ident(columnOf(above).name)} = t.${ident(columnOf(owner).name)}`;
    where.push(`exists (select 1 from ${table(schema, parent)} p where ${same})`);
  }
  const conditions = rowConditions(call.engine, parameters.use);
  for (const { condition } of askedOf(call, child.name, ['share', ...privileges])) {
    where.push(conditions.over(child, 't', condition));
  }
  fillConditions(conditions.recipes, call.principal, values);
  const key = ident(columnOf(child.key).name);
  return {
    text: `select t.${key} as id from ${table(schema, child)} t where ${where.join(' and ')} for key share`,
    values,
  };
}

/** Which shares go: SQL over `s`, values by slots. */
export interface Going {
  where(parameters: Slots): string;
  readonly values: ReadonlyMap<string, Parameter>;
}

/** Takes shares away, of whatever entity; how many went. */
export async function dropShares(call: Call, going: Going): Promise<number> {
  const { schema, model } = call.engine;
  const share = qualified(schema, '_share');
  const run = async <Row>(
    text: (parameters: Slots) => string,
    more: readonly (readonly [string, Parameter])[] = [],
  ): Promise<readonly Row[]> => {
    const parameters = slots();
    const written = text(parameters);
    const values = new Map<string, Parameter>([...traceOf(call), ...going.values, ...more]);
    return executorOf(call).query<Row>(
      written,
      parameters.names.map((slot) => values.get(slot) ?? null),
    );
  };
  const entities = await run<{ entity: string }>(
    (parameters) => `select distinct s."entity" as entity from ${share} s where ${going.where(parameters)}`,
  );
  let gone = 0;
  for (const { entity: name } of entities) {
    const entity = model.entities.get(name);
    const rows = await run<{ record: string }>(
      (parameters) => {
        const deleted = `delete from ${share} s where s."entity" = ${parameters.use(':entity', 'text')} and (${going.where(parameters)}) returning s.*`;
        // An entity that is no more leaves nobody to log it for.
        if (!entity) return `with gone as (${deleted}) select "record"::text as record from gone`;
        const ctes = [
          `gone as (${deleted})`,
          `diff as materialized (select gone."record" as record, ${toldShare('gone')} as old, null::jsonb as new from gone)`,
          ...logged(schema, entity, parameters, 'unshare'),
        ];
        return `with ${ctes.join(',\n')}\nselect record::text as record from diff`;
      },
      [[':entity', name]],
    );
    gone += rows.length;
  }
  return gone;
}
