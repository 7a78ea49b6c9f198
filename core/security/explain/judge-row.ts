// Asks one row about conditions of access, in one statement: what decides is evaluated, never guessed.
import { ident, literal, qualified } from '../../db/identifier.ts';
import type { Call } from '../../engine.ts';
import type { Entity } from '../../model/model.ts';
import { compileCondition } from '../../query/compile-condition.ts';
import { From, mainColumn } from '../../query/from.ts';
import { arrayText } from '../../query/literal.ts';
import { runPlan } from '../../query/plan.ts';
import { Statement } from '../../query/statement.ts';
import type { Condition } from '../../query/tree.ts';
import { rowsFor } from '../access.ts';
import { boundTo } from './bound-to.ts';
import type { Principal } from '../principal.ts';

/** A condition, and whose ids stand in it. */
export interface Asked {
  readonly condition: Condition;
  readonly principal: Principal;
}

export interface ShareFact {
  readonly principal: string;
  readonly type: string;
  readonly rights: number;
  readonly expiresAt: string | null;
  readonly reason: string | null;
  readonly by: string | null;
}

export interface RowFacts {
  /** Of `asked`, in its order. */
  readonly holds: readonly boolean[];
  readonly ownerId: string | undefined;
  readonly unitId: string | undefined;
  /** Of a union's row: the entity it is one of. */
  readonly member: string | undefined;
  /** Shares in force with one of `sharedWith`. */
  readonly shares: readonly ShareFact[];
}

/** Undefined: there is no such row, or `call.principal` may not read it; the two cannot be told apart. */
export async function judgeRow(
  call: Call,
  entity: Entity,
  id: string,
  asked: readonly Asked[],
  sharedWith: readonly string[],
): Promise<RowFacts | undefined> {
  const { engine, principal } = call;
  const { model, schema } = engine;
  const statement = new Statement();
  const from = new From(
    {
      model,
      schema,
      statement,
      rows: (name) => rowsFor(principal, model, 'read', name),
      shown: () => 'full',
      condition: compileCondition,
    },
    entity,
  );
  const system = (name: string) => [...entity.fields.values()].find((field) => field.system === name);
  const textOf = (field: ReturnType<typeof system>): string =>
    field ? `${from.alias}.${ident(mainColumn(field).name)}::text` : 'null::text';
  const discriminator = entity.union && entity.fields.get(entity.union.discriminator);
  const flags = asked.map(({ condition, principal: whose }, index) => {
    const text = boundTo(statement, whose, () => from.unrestricted(condition));
    return `((${text}) is true) as ${ident(`c${index}`)}`;
  });
  const key = statement.parameter('uuid', (run) => run.after[0] ?? null);
  const grantees = statement.parameter('uuid[]', () => arrayText(sharedWith));
  const shares = `(select coalesce(json_agg(json_build_object('principal', s.principal, 'type', s.principal_type, 'rights', s.rights,
      'expiresAt', to_char(s.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'reason', s.reason, 'by', s.shared_by)
      order by s.shared_at, s.principal), '[]')::text
    from ${qualified(schema, '_share')} s where s.entity = ${literal(entity.name)} and s.record = ${from.key}
      and s.principal = any(${grantees}) and (s.expires_at is null or s.expires_at > now()))`;
  const columns = [
    `${textOf(system('owner'))} as owner`,
    `${textOf(system('owning-unit'))} as unit`,
    `${textOf(discriminator)} as member`,
    `${shares} as shares`,
    ...flags,
  ];
  const where = [`${from.key} = ${key}`, from.visible].filter((one) => one !== undefined).join(' and ');
  const [row] = await runPlan<Readonly<Record<string, unknown>>>(
    call,
    { text: `select ${columns.join(', ')} from ${from.text} where ${where}`, bindings: statement.bindings },
    { literals: [], after: [id] },
  );
  if (!row) return undefined;
  const textAt = (name: string): string | undefined => {
    const value = row[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    holds: asked.map((_, index) => row[`c${index}`] === true),
    ownerId: textAt('owner'),
    unitId: textAt('unit'),
    member: textAt('member'),
    shares: JSON.parse(textAt('shares') ?? '[]') as readonly ShareFact[],
  };
}
