// Condition → SQL. An unknown (null) anywhere counts as "does not hold", and `not` turns exactly that around: so `ne` and `not`
// find rows without a value, as OData and the Dataverse Web API do (see README.md).
import type { ColumnType } from '../sdk/index.ts';
import type { Parameter } from '../db/sql.ts';
import { alikeSql, foldSql, heardSql, phoneSql, plain, similaritySql, sound, soundSql } from '../db/fold.ts';
import { ident, literal } from '../db/identifier.ts';
import type { Comparison } from '../model/model.ts';
import { idsOf, type IdSet, type Principal } from '../security/principal.ts';
import { compareTerms } from './compile-term.ts';
import { foldedSql, inOrder } from './folded.ts';
import { From, mainColumn, tableOf, typeColumn } from './from.ts';
import type { PlacedColumn } from './from.ts';
import { arrayText, convert } from './literal.ts';
import type { Literal, LiteralKind } from './literal.ts';
import { periodsPerYear, plainFiscalYear } from './fiscal-year.ts';
import { operandProblem } from './operand.ts';
import { isDateOperator, readOperator } from './operators.ts';
import type { CallerOperator, DateOperator, HierarchyOperator } from './operators.ts';
import { dateRange, fiscalEdges } from './relative-date.ts';
import { treeOf } from './scope.ts';
import type { Binding, Run, Statement } from './statement.ts';
import type { Condition, Slot, Value } from './tree.ts';

const signs = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

export function compileCondition(from: From, condition: Condition): string {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return condition.kind;
    case 'and':
    case 'or': {
      if (condition.of.length === 0) return condition.kind === 'and' ? 'true' : 'false';
      return `(${condition.of.map((one) => compileCondition(from, one)).join(` ${condition.kind} `)})`;
    }
    case 'not':
      // The same, in the words an index understands.
      if (condition.of.kind === 'compare' && condition.of.operator === 'null') {
        return `${from.column(condition.of.path).sql} is not null`;
      }
      return `(${compileCondition(from, condition.of)}) is not true`;
    case 'some':
    case 'every':
      return compileLambda(from, condition);
    case 'related':
      return relatedText(from, condition);
    case 'compare-terms':
      return compareTerms(from, condition);
    case 'compare':
      return compareColumn(from, from.column(condition.path), condition);
    case 'matches':
      return matches(from, condition);
    case 'sounds-like': {
      const { schema, statement } = from.compilation;
      const wanted = statement.parameter('text', (run) => sound(textOf(run, condition.value)) ?? null);
      return heardSql(schema, wanted, soundSql(schema, from.column(condition.path).sql));
    }
    case 'among':
      return `${from.column(condition.path).sql} = any(${callersIds(from, condition.set)})`;
    case 'shared':
      return `${from.key} in (${sharedIds(from, condition)})`;
    case 'member':
      return memberText(from, condition);
    case 'referred':
      return referredText(from, condition);
  }
}

/** What is compared stands on the left as its index has it (core/schema/desired.ts). */
function matches(from: From, { path, comparison, value }: Condition & { readonly kind: 'matches' }): string {
  const { schema, statement } = from.compilation;
  const placed = from.column(path);
  const said = comparedSql(schema, comparison, placed.sql);
  if (value === null) return `${said} is null`;
  const given = scalar(statement, placed.column.type, value, placed.column.wire);
  if (comparison.kind !== 'similar') return `${said} = ${comparedSql(schema, comparison, given)}`;
  const wanted = soundSql(schema, given);
  // The index tells what is alike at all; how much is measured for those.
  const alike = alikeSql(schema, said, wanted);
  return `(${alike} and ${similaritySql(schema, said, wanted)} >= ${literal(comparison.threshold)}::real)`;
}

/** A value in the form that a duplicate rule compares. */
export function comparedSql(schema: string, comparison: Comparison, value: string): string {
  switch (comparison.kind) {
    case 'equal':
      return value;
    case 'lower':
      return `lower(${value})`;
    case 'folded':
      return foldSql(schema, value);
    case 'phone':
      return phoneSql(schema, value);
    case 'prefix':
      return `left(${foldSql(schema, value)}, ${literal(comparison.length)})`;
    case 'similar':
      return soundSql(schema, value);
  }
}

function callersIds(from: From, set: IdSet): string {
  return from.compilation.statement.parameter('uuid[]', (run) => arrayText(idsOf(run.principal, set)));
}

/** Ids first: the shares of a few people are few, and looked up once. */
function sharedIds(from: From, { right, set }: Condition & { readonly kind: 'shared' }): string {
  const share = from.compilation.statement.alias();
  return (
    `select ${share}."record" from ${tableOf(from.compilation, '_share')} ${share} ` +
    `where ${share}."principal" = any(${callersIds(from, set)}) and ${share}."entity" = ${literal(from.entity.name)} ` +
    `and ${share}."rights" & ${right} <> 0 and (${share}."expires_at" is null or ${share}."expires_at" > now())`
  );
}

/** The row referred to is asked where it stands. */
function referredText(from: From, { field, entity, where }: Condition & { readonly kind: 'referred' }): string {
  const lookup = from.entity.fields.get(field);
  const target = from.compilation.model.entities.get(entity);
  if (!lookup || !target) throw new TypeError(`${from.entity.name} has no lookup ${field} of ${entity}`);
  const id = `${from.alias}.${ident(mainColumn(lookup).name)}`;
  const type = typeColumn(lookup);
  const kind = type && `${from.alias}.${ident(type.name)} = ${literal(entity)}`;
  if (where.kind === 'true') return kind ?? `${id} is not null`;
  const row = new From(from.compilation, target);
  const exists = `exists (select 1 from ${row.text} where ${row.key} = ${id} and ${row.unrestricted(where)})`;
  return kind === undefined ? exists : `(${kind} and ${exists})`;
}

/** A member's rule may ask for what the union has not, so it is asked of the member's own row. */
function memberText(from: From, condition: Condition & { readonly kind: 'member' }): string {
  const { model } = from.compilation;
  const member = model.entities.get(condition.entity);
  const discriminator = from.entity.fields.get(from.entity.union?.discriminator ?? '');
  if (!member || !discriminator) throw new TypeError(`${from.entity.name} has no member ${condition.entity}`);
  const row = new From(from.compilation, member);
  const kind = `${from.alias}.${ident(discriminator.columns[0]?.name ?? '')} = ${literal(member.name)}`;
  return `(${kind} and exists (select 1 from ${row.text} where ${row.key} = ${from.key} and ${row.unrestricted(condition.where)}))`;
}

function compileLambda(from: From, condition: Condition & { readonly kind: 'some' | 'every' }): string {
  const base = from.walk(condition.path.slice(0, -1));
  const { navigation, target } = base.navigation(condition.path.at(-1) ?? '');
  const inner = from.inside(target, undefined, condition.as);
  const where = [base.link(navigation, inner), inner.visible];
  const isSome = condition.kind === 'some';
  if (condition.where) {
    const asked = compileCondition(inner, condition.where);
    where.push(isSome ? asked : `(${asked}) is not true`);
  }
  return `${isSome ? '' : 'not '}exists (select 1 from ${inner.text} where ${where.filter((one) => one !== undefined).join(' and ')})`;
}

function relatedText(from: From, { join, quantifier }: Condition & { readonly kind: 'related' }): string {
  const some = from.related(join, true);
  if (quantifier === 'some') return some;
  return quantifier === 'none' ? `not ${some}` : `(${from.related(join, false)} and not ${some})`;
}

function folded(from: From, column: Comparable, isExact = false): string {
  if (column.column.type !== 'text' || isExact) return column.sql;
  return foldedSql(from.compilation.schema, column.sql);
}

/** What a comparison needs of a column; only trees of rows ask where it is from. */
export type Comparable = Pick<PlacedColumn, 'sql' | 'column'> & Partial<Pick<PlacedColumn, 'field' | 'entity'>>;

type Asked = Omit<Condition & { readonly kind: 'compare' }, 'kind' | 'path'>;

export function compareColumn(from: From, placed: Comparable, condition: Asked): string {
  const { statement } = from.compilation;
  const { operator, value } = condition;
  const { type, wire } = placed.column;
  const isDate = type === 'date' || type === 'timestamptz' || type === 'timestamp';
  switch (operator) {
    case 'null':
      return `${placed.sql} is null`;
    case 'ne':
      return `(${compareColumn(from, placed, { ...condition, operator: 'eq' })}) is not true`;
    case 'eq':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le': {
      const isPlain = type === 'text' && condition.exact !== true;
      const binding = scalarBinding(type, value, wire);
      const parameter = statement.parameter(type, isPlain ? (run) => plainParameter(binding(run)) : binding);
      if (type === 'integer[]') return `(${placed.sql} @> ${parameter} and ${placed.sql} <@ ${parameter})`;
      const left = folded(from, placed, !isPlain);
      const { schema } = from.compilation;
      return `${operator === 'eq' ? left : inOrder(schema, type, left)} ${signs[operator]} ${parameter}`;
    }
    case 'in': {
      if (type === 'text') {
        const list = statement.parameter('text[]', listBinding('text', value, wire, undefined, plain));
        return `${folded(from, placed)} = any(${list})`;
      }
      return `${placed.sql} = any(${statement.parameter(`${type}[]`, listBinding(type, value, wire))})`;
    }
    case 'like':
    case 'contains':
    case 'startswith':
    case 'endswith':
      return `${folded(from, placed, condition.exact)} like ${statement.parameter('text', likeBinding(operator, value, condition.exact))}`;
    case 'has-any':
    case 'has-all': {
      const list = statement.parameter('integer[]', listBinding('integer', value, wire, 'number'));
      return `${placed.sql} ${operator === 'has-any' ? '&&' : '@>'} ${list}`;
    }
    case 'me':
      return `${placed.sql} = ${statement.parameter('uuid', (run) => run.principal.userId)}`;
    case 'my-teams':
    case 'me-or-my-teams':
    case 'me-or-my-reports':
    case 'me-or-my-reports-or-teams':
      return `${placed.sql} = any(${statement.parameter('uuid[]', (run) => arrayText(whoOf(run.principal, operator)))})`;
    case 'my-unit':
      return `${placed.sql} = ${statement.parameter('uuid', (run) => run.principal.businessUnitId || null)}`;
    case 'my-language':
      return `${folded(from, placed)} = ${statement.parameter('text', (run) => plain(run.principal.language))}`;
    case 'above':
    case 'under':
    case 'eq-or-above':
    case 'eq-or-under':
      return compareTree(from, placed, { ...condition, operator });
    default:
      if (!isDate || !isDateOperator(operator)) throw new TypeError(`${wire} cannot be asked with ${operator}`);
      return operator === 'in-fiscal-period'
        ? inFiscalPeriod(statement, placed, condition.value)
        : compareDays(statement, placed, { ...condition, operator });
  }
}

/** Whom an operator about the caller means. */
function whoOf(principal: Principal, operator: CallerOperator): readonly string[] {
  const reports = [...(principal.reports?.direct ?? []), ...(principal.reports?.far ?? [])];
  return [
    ...(operator === 'my-teams' ? [] : [principal.userId]),
    ...(operator.endsWith('teams') ? principal.teamIds : []),
    ...(operator.includes('reports') ? reports : []),
  ];
}

/** Ranges whose edges are worked out when the plan runs, in the caller's time zone and calendar. */
function compareDays(
  statement: Statement,
  placed: Comparable,
  condition: Asked & { readonly operator: DateOperator },
): string {
  const { operator, value, second } = condition;
  const { type } = placed.column;
  const takes = readOperator(operator)?.takes ?? 'nothing';
  const range = (run: Run) => {
    const given = [value, ...(second === undefined ? [] : [second])].map((one) => textOf(run, one));
    const problem = takes === 'nothing' ? undefined : operandProblem(operator, takes, given);
    if (problem === undefined) return dateRange(operator, given[0] ?? '', type, run.principal, run.now, given[1]);
    run.refuse('QUERY_VALUE_INVALID', placed.column.wire, `${placed.column.wire} ${operator}: ${problem}`);
    return { from: undefined, to: undefined };
  };
  const from = () => `${placed.sql} >= ${statement.parameter(type, (run) => range(run).from ?? null)}`;
  const to = () => `${placed.sql} < ${statement.parameter(type, (run) => range(run).to ?? null)}`;
  if (/^(?:before|on-or-before|in-or-before-|older-than-)/.test(operator)) return to();
  if (/^(?:after|on-or-after|in-or-after-)/.test(operator)) return from();
  return `(${from()} and ${to()})`;
}

/** The nth period of any fiscal year: the edges of all periods in reach, and where among them the day lies. */
function inFiscalPeriod(statement: Statement, { sql, column }: Comparable, value: Value): string {
  const { type, wire } = column;
  const fiscalOf = (run: Run) => run.principal.fiscalYear ?? plainFiscalYear;
  const edges = statement.parameter(`${type}[]`, (run) => arrayText(fiscalEdges(fiscalOf(run), type, run.principal)));
  const perYear = statement.parameter('integer', (run) => periodsPerYear(fiscalOf(run)));
  const period = statement.parameter('integer', (run) => {
    const text = textOf(run, value);
    const problem = operandProblem('in-fiscal-period', 'period', [text]);
    if (problem === undefined) return Number(text);
    run.refuse('QUERY_VALUE_INVALID', wire, `${wire} in-fiscal-period: ${problem}`);
    return 0;
  });
  // Bucket 0 lies before the first edge; the last one has no end.
  const bucket = `width_bucket(${sql}, ${edges})`;
  return `(${bucket} between 1 and cardinality(${edges}) - 1 and (${bucket} - 1) % ${perYear} = ${period} - 1)`;
}

/**
 * The rows above or below one in the tree that its entity's hierarchical lookup makes. Each step goes over rows and lookups
 * that the caller may read, so that nothing is told of others.
 */
function compareTree(
  from: From,
  placed: Comparable,
  { operator, value }: Asked & { readonly operator: HierarchyOperator },
): string {
  const { compilation } = from;
  const { field, entity, column } = placed;
  if (!field || !entity) throw new TypeError(`${column.wire} cannot be asked with ${operator}`);
  const tree = treeOf(compilation.model, { field, entity, column });
  if ('problem' in tree) throw new TypeError(tree.problem);
  const { statement } = compilation;
  const start = scalar(statement, 'uuid', value, placed.column.wire);
  const isUp = operator.endsWith('above');
  const steps = [new From(compilation, tree.entity), new From(compilation, tree.entity)].map((row) => {
    const parent = row.column([tree.parent]).sql;
    return { row, known: isUp ? row.key : parent, found: isUp ? parent : row.key };
  });
  const [first, next] = steps;
  if (!first || !next) throw new TypeError('a tree has a first step and a next');
  const name = statement.alias();
  const seen = ({ row }: typeof first): string => {
    const { visible } = row;
    return visible === undefined ? '' : ` and ${visible}`;
  };
  const walked =
    `with recursive ${name}(id) as (` +
    `select ${first.found} from ${first.row.text} where ${first.known} = ${start}${seen(first)} ` +
    `union select ${next.found} from ${next.row.text} join ${name} on ${next.known} = ${name}.id where true${seen(next)}) ` +
    `select ${name}.id from ${name}`;
  const inside = `${placed.sql} in (${walked})`;
  return operator.startsWith('eq-or-') ? `(${placed.sql} = ${start} or ${inside})` : inside;
}

function isSlot(value: Value): value is Slot {
  return typeof value === 'object' && value !== null && 'slot' in value;
}

/** The text of a value, of the request's nth constant where it is a slot. */
function textOf(run: Run, value: Value): string {
  const found = isSlot(value) ? run.literals[value.slot]?.value : value;
  return found === undefined || found === null ? '' : String(found);
}

function scalar(statement: Statement, type: ColumnType, value: Value, wire: string): string {
  return statement.parameter(type, scalarBinding(type, value, wire));
}

function scalarBinding(type: ColumnType, value: Value, wire: string): Binding {
  if (!isSlot(value)) return () => constant(type, value, wire);
  return (run) => {
    const literal = run.literals[value.slot];
    if (value.item !== undefined) return itemOf(run, literal, value.item, type, wire);
    if (!literal || Array.isArray(literal.value)) throw new TypeError(`constant ${value.slot} is missing`);
    return converted(run, literal.kind, String(literal.value), type, wire, literal.option);
  };
}

/** Items of a list are written in quotes, numbers too. */
function itemOf(run: Run, literal: Literal | undefined, item: number, type: ColumnType, wire: string): Parameter {
  const text = Array.isArray(literal?.value) ? (literal.value as readonly string[])[item] : undefined;
  if (literal && text !== undefined) {
    const isNumber = type === 'integer' || type === 'bigint' || type === 'numeric';
    return converted(run, isNumber ? 'number' : (literal.item ?? 'string'), text, type, wire, literal.option);
  }
  run.refuse('QUERY_VALUE_INVALID', literal?.option ?? wire, `${wire}: the list needs ${item + 1} values`);
  return null;
}

function converted(
  run: Run,
  kind: LiteralKind,
  text: string,
  type: ColumnType,
  wire: string,
  option: string,
): Parameter {
  const result = convert(kind, text, type);
  if ('value' in result) return result.value;
  run.refuse('QUERY_VALUE_INVALID', option, `${wire}: ${result.problem}`);
  return null;
}

/** A constant of the tree itself (views, security), trusted to fit but for its form. */
function constant(type: ColumnType, value: Value, wire: string): Parameter {
  if (value === null || typeof value === 'boolean') return value;
  const kind = typeof value === 'number' ? 'number' : 'string';
  const result = convert(kind, String(value), type);
  if ('value' in result) return result.value;
  throw new TypeError(`${wire}: ${result.problem}`);
}

function plainParameter(value: Parameter): Parameter {
  return typeof value === 'string' ? plain(value) : value;
}

function listBinding(
  type: ColumnType,
  value: Value,
  wire: string,
  kind?: LiteralKind,
  spell: (text: string) => string = (text) => text,
): Binding {
  if (!isSlot(value)) {
    const items = Array.isArray(value) ? (value as readonly (string | number)[]) : [];
    return () => arrayText(items.map((item) => spell(String(constant(type, item, wire)))));
  }
  return (run) => {
    const literal = run.literals[value.slot];
    const items = Array.isArray(literal?.value) ? (literal.value as readonly string[]) : [];
    const option = literal?.option ?? '$filter';
    if (items.length > 2000) run.refuse('QUERY_TOO_LARGE', option, `${wire}: a list of more than 2000 values`);
    return arrayText(
      items.map((item) => spell(String(converted(run, kind ?? literal?.item ?? 'string', item, type, wire, option)))),
    );
  };
}

/** Of a pattern the wildcards stay; a letter that only becomes one when it is spelled plainly is none. */
function likeBinding(
  operator: 'like' | 'contains' | 'startswith' | 'endswith',
  value: Value,
  isExact: boolean | undefined,
): Binding {
  const letters = (text: string): string => (isExact === true ? text : plain(text)).replace(/[\\%_]/g, '\\$&');
  return (run) => {
    const given = textOf(run, value);
    if (given.includes('\0')) run.refuse('QUERY_VALUE_INVALID', '$filter', 'a text cannot hold a zero byte');
    if (operator === 'like') {
      const problem = operandProblem(operator, 'pattern', [given]);
      if (problem !== undefined) run.refuse('QUERY_VALUE_INVALID', '$filter', problem);
      return given
        .split(/([%_])/)
        .map((part, index) => (index % 2 === 1 ? part : letters(part)))
        .join('');
    }
    return `${operator === 'startswith' ? '' : '%'}${letters(given)}${operator === 'endswith' ? '' : '%'}`;
  };
}
