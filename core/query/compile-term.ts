// Term → SQL. Every column comes through `From.column`, so row filters and masks hold inside terms too. Numbers are numeric
// throughout: nothing is rounded in binary, and nothing overflows that a column can hold. What has no answer is null.
import type { Column } from '../model/model.ts';
import { groupDate } from './date-grouping.ts';
import { foldedSql, inOrder } from './folded.ts';
import type { From } from './from.ts';
import { arrayText, convert } from './literal.ts';
import type { ValueType } from './literal.ts';
import { refusePattern } from './pattern.ts';
import type { Binding } from './statement.ts';
import { canCast, commonType, isNumber, resultOf } from './term-types.ts';
import type { Condition, Slot, Term, TermFunction, TermType, Value } from './tree.ts';

export interface CompiledTerm {
  readonly sql: string;
  /** Whole results of arithmetic are `bigint`, though what SQL computes is numeric and may be larger. */
  readonly type: ValueType;
  /** False only for columns that hold a value in every row. */
  readonly nullable: boolean;
  /** Of a bare column. */
  readonly column?: Column;
}

/** Throws TypeError where the tree is wrong (an unknown name, a call whose arguments do not fit): readers check before. */
export function compileTerm(from: From, term: Term): CompiledTerm {
  switch (term.kind) {
    case 'column': {
      const { sql, column, nullable } = from.column(term.path);
      return { sql, type: column.type, nullable, column };
    }
    case 'constant':
      return { sql: constantSql(from, term.type, term.value), type: term.type, nullable: term.value === null };
    case 'truth':
      return { sql: `((${from.compilation.condition(from, term.of)}) is true)`, type: 'boolean', nullable: false };
    case 'period': {
      const of = compileTerm(from, term.of);
      const { sql, value, valueType } = groupDate(from.compilation.statement, of.sql, of.type, term.by);
      return { sql: `(case when ${of.sql} is not null then ${value(sql)} end)`, type: valueType, nullable: true };
    }
    case 'count':
      return { sql: countSql(from, term), type: 'bigint', nullable: false };
    case 'cast': {
      const of = compileTerm(from, term.of);
      if (!canCast(of.type, term.type)) throw new TypeError(`${of.type} cannot be cast to ${term.type}`);
      return { sql: castSql(of, term.type), type: term.type, nullable: true };
    }
    case 'call': {
      const { function: name } = term;
      if (name === 'matchespattern') return { sql: matchSql(from, term.of), type: 'boolean', nullable: true };
      const of = term.of.map((one) => compileTerm(from, one));
      const type = resultOf(
        name,
        of.map((one) => one.type),
      );
      if (typeof type === 'object') throw new TypeError(type.problem);
      return { sql: callSql(from, name, of, type), type, nullable: true };
    }
  }
}

function countSql(from: From, { path, where }: Term & { readonly kind: 'count' }): string {
  const base = from.walk(path.slice(0, -1));
  const { navigation, target } = base.navigation(path.at(-1) ?? '');
  const row = from.inside(target);
  const asked = [base.link(navigation, row), row.visible, where && from.compilation.condition(row, where)];
  return `(select count(*) from ${row.text} where ${asked.filter((one) => one !== undefined).join(' and ')})`;
}

/** `compare-terms` as a condition. */
export function compareTerms(from: From, condition: Condition & { readonly kind: 'compare-terms' }): string {
  const { operator } = condition;
  if (operator === 'in') return amongSql(from, condition.left, condition.right);
  const { schema } = from.compilation;
  const terms = [compileTerm(from, condition.left), compileTerm(from, condition.right)] as const;
  const [left, right] = sides(schema, ...terms);
  switch (operator) {
    case 'eq':
      if (left === 'null' || right === 'null') return `${left === 'null' ? right : left} is null`;
      // Where one side is never null, the plain sign says the same, and an index understands it.
      return isPresent(condition.left) || isPresent(condition.right)
        ? `${left} = ${right}`
        : `${left} is not distinct from ${right}`;
    case 'ne':
      return `${left} is distinct from ${right}`;
    case 'contains':
      return `strpos(${left}, ${right}) > 0`;
    case 'startswith':
      return `starts_with(${left}, ${right})`;
    case 'endswith':
      return `right(${left}, length(${right})) = ${right}`;
    default:
      return `${terms.every(({ type }) => type === 'text') ? inOrder(schema, 'text', left) : left} ${signs[operator]} ${right}`;
  }
}

const signs = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function isPresent(term: Term): boolean {
  return term.kind === 'constant' && term.value !== null;
}

/** Both as the type they have in common; text in the form it is compared in. */
function sides(schema: string, left: CompiledTerm, right: CompiledTerm): readonly [string, string] {
  if (left.type === right.type) {
    const both = [left.sql, right.sql] as const;
    return left.type === 'text' ? [foldedSql(schema, both[0]), foldedSql(schema, both[1])] : both;
  }
  if (isNumber(left.type) && isNumber(right.type)) return [left.sql, right.sql];
  const type = commonType([left.type, right.type]);
  if (typeof type === 'object') throw new TypeError(type.problem);
  return [castSql(left, type), castSql(right, type)];
}

function amongSql(from: From, left: Term, right: Term): string {
  if (right.kind !== 'constant') throw new TypeError('only a list of constants can stand after in');
  const { sql, type } = compileTerm(from, left);
  const listed = from.compilation.statement.parameter(`${storage[right.type]}[]`, listBinding(right.type, right.value));
  if (type !== 'text') return `${sql} = any(${listed})`;
  const { schema, statement } = from.compilation;
  const item = statement.alias();
  return `${foldedSql(schema, sql)} = any(array(select ${foldedSql(schema, `${item}.v`)} from unnest(${listed}) ${item}(v)))`;
}

/** What Postgres calls the value of each type. */
const storage: Readonly<Record<TermType, string>> = {
  text: 'text',
  integer: 'numeric',
  bigint: 'numeric',
  numeric: 'numeric',
  boolean: 'boolean',
  date: 'date',
  time: 'time',
  timestamptz: 'timestamptz',
  timestamp: 'timestamp',
  uuid: 'uuid',
  duration: 'numeric',
};

function constantSql(from: From, type: TermType, value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return from.compilation.statement.parameter(storage[type], constantBinding(type, value));
}

function isSlot(value: Value): value is Slot {
  return typeof value === 'object' && value !== null && 'slot' in value;
}

function constantBinding(type: TermType, value: Value): Binding {
  if (!isSlot(value)) {
    const text = fixed(type, String(value));
    return () => text;
  }
  return (run) => {
    const literal = run.literals[value.slot];
    if (!literal || Array.isArray(literal.value)) throw new TypeError(`constant ${value.slot} is missing`);
    const converted = convert(literal.kind, String(literal.value), sent(type));
    if ('value' in converted) return converted.value;
    run.refuse('QUERY_VALUE_INVALID', literal.option, converted.problem);
    return null;
  };
}

function listBinding(type: TermType, value: Value): Binding {
  if (!isSlot(value)) {
    const items = (Array.isArray(value) ? (value as readonly (string | number)[]) : []).map((item) =>
      fixed(type, String(item)),
    );
    return () => arrayText(items);
  }
  return (run) => {
    const literal = run.literals[value.slot];
    const items = Array.isArray(literal?.value) ? (literal.value as readonly string[]) : [];
    const option = literal?.option ?? '$filter';
    if (items.length > 2000) run.refuse('QUERY_TOO_LARGE', option, 'a list of more than 2000 values');
    return arrayText(
      items.slice(0, 2000).map((item) => {
        const converted = convert(literal?.item ?? 'string', item, sent(type));
        if ('value' in converted) return converted.value;
        run.refuse('QUERY_VALUE_INVALID', option, converted.problem);
        return '';
      }),
    );
  };
}

/** A constant of the tree itself; exact numbers may come as text. */
function fixed(type: TermType, text: string): string | number {
  const converted = convert(isNumber(type) ? 'number' : 'string', text, sent(type));
  if ('value' in converted) return converted.value;
  throw new TypeError(converted.problem);
}

function sent(type: TermType): TermType {
  return isNumber(type) ? 'numeric' : type;
}

/** The pattern has to be known before Postgres sees it. */
function matchSql(from: From, of: readonly Term[]): string {
  const [text, pattern, ...more] = of;
  const said = text && compileTerm(from, text);
  if (said?.type !== 'text' || pattern?.kind !== 'constant' || pattern.type !== 'text' || more.length > 0) {
    throw new TypeError('matchespattern takes a text and a constant pattern');
  }
  const { value } = pattern;
  if (!isSlot(value)) {
    const problem = refusePattern(String(value));
    if (problem !== undefined) throw new TypeError(problem);
  }
  const parameter = from.compilation.statement.parameter('text', (run) => {
    const literal = isSlot(value) ? run.literals[value.slot] : undefined;
    const found = isSlot(value) ? String(literal?.value) : String(value);
    const problem = refusePattern(found);
    if (problem === undefined) return found;
    run.refuse('QUERY_VALUE_INVALID', literal?.option ?? '$filter', problem);
    return null;
  });
  return `(${said.sql} ~ ${parameter})`;
}

function callSql(from: From, name: TermFunction, of: readonly CompiledTerm[], type: TermType): string {
  const [first, second, third] = of;
  const a = first?.sql ?? 'null';
  const b = second?.sql ?? 'null';
  switch (name) {
    case 'add':
    case 'sub':
      return sumSql(name === 'add' ? '+' : '-', first, second, type);
    case 'mul':
      return `(${exact(first)} * ${exact(second)})`;
    case 'div':
      return type === 'bigint'
        ? `div(${exact(first)}, nullif(${exact(second)}, 0))`
        : `(${exact(first)} / nullif(${exact(second)}, 0))`;
    case 'divby':
      return `(${exact(first)} / nullif(${exact(second)}, 0))`;
    case 'mod':
      return `mod(${exact(first)}, nullif(${exact(second)}, 0))`;
    case 'negate':
      return `(- ${exact(first)})`;
    case 'abs':
      return `abs(${exact(first)})`;
    case 'round':
      return second ? `round(${exact(first)}, ${bounded(exact(second), -100, 100)})` : `round(${exact(first)})`;
    case 'floor':
      return `floor(${exact(first)})`;
    case 'ceiling':
      return `ceil(${exact(first)})`;
    case 'concat':
      return `(${a} || ${b})`;
    case 'length':
      return `length(${a})`;
    case 'indexof':
      return `(strpos(lower(${a}), lower(${b})) - 1)`;
    case 'substring': {
      const start = `${bounded(exact(second), 0, longest)} + 1`;
      return third ? `substr(${a}, ${start}, ${bounded(exact(third), 0, longest)})` : `substr(${a}, ${start})`;
    }
    case 'tolower':
      return `lower(${a})`;
    case 'toupper':
      return `upper(${a})`;
    case 'trim':
      return `btrim(${a}, ${blanks})`;
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
      return `extract(${name} from ${atUtc(first)})`;
    case 'second':
      return `trunc(extract(second from ${atUtc(first)}))`;
    case 'fractionalseconds':
      return `mod(extract(second from ${atUtc(first)}), 1)`;
    case 'date':
      return `(${atUtc(first)})::date`;
    case 'time':
      return `(${atUtc(first)})::time`;
    case 'totaloffsetminutes':
      // Instants are given in UTC.
      return `case when ${a} is not null then 0 end`;
    case 'totalseconds':
      return a;
    case 'now':
      return from.compilation.statement.parameter('timestamptz', (run) => run.now.toISOString());
    case 'mindatetime':
      return `timestamptz '0001-01-01T00:00:00Z'`;
    case 'maxdatetime':
      return `timestamptz '9999-12-31T23:59:59.999999Z'`;
    case 'if':
      return `case when ${a} then ${aligned(second, type)} else ${aligned(third, type)} end`;
    case 'coalesce':
      return `coalesce(${of.map((one) => aligned(one, type)).join(', ')})`;
    case 'matchespattern':
      throw new TypeError('matchespattern is compiled with its pattern');
  }
}

const longest = 1_000_000_000;
/** What trim takes away: white space of every script. */
const blanks = String.raw`E' \t\n\r\f\v\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'`;

/** A number as numeric, however its column holds it. */
function exact(term: CompiledTerm | undefined): string {
  if (!term) return 'null::numeric';
  const { sql, type, column } = term;
  return column && type === 'numeric' ? sql : `(${sql})::numeric`;
}

/** A number cut to what an integer argument may be; null stays null. */
function bounded(sql: string, least: number, most: number): string {
  return `(case when ${sql} < ${least} then ${least} when ${sql} > ${most} then ${most} else trunc(${sql}) end)::integer`;
}

/** An instant as the clock in UTC shows it; everything else as it is. */
function atUtc(term: CompiledTerm | undefined): string {
  if (!term) return 'null';
  return term.type === 'timestamptz' ? `(${term.sql} at time zone 'UTC')` : term.sql;
}

/** Seconds since 1970 of the first and the last instant that can be told (the years 1 to 9999). */
const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;

function sumSql(
  sign: '+' | '-',
  left: CompiledTerm | undefined,
  right: CompiledTerm | undefined,
  type: TermType,
): string {
  if (!left || !right) throw new TypeError('add and sub take two values');
  if (type === 'date') {
    // Whole days only, as OData adds a duration to a date.
    const days = `trunc(${right.sql} / 86400)`;
    const told = `(${left.sql} - date '0001-01-01') ${sign} ${days}`;
    return `case when ${told} between 0 and 3652058 then date '0001-01-01' + (${told})::integer end`;
  }
  if (type === 'timestamptz' || type === 'timestamp') {
    const told = `extract(epoch from ${left.sql}) ${sign} ${right.sql}`;
    // Cut to what an interval can hold: a constant is multiplied before the condition is asked.
    const seconds = `least(greatest(${right.sql}, -4e11), 4e11)`;
    const moved = `${left.sql} ${sign} ${seconds}::double precision * interval '1 second'`;
    return `case when ${told} between ${firstSecond} and ${lastSecond} then ${moved} end`;
  }
  if (left.type === 'date') return `((${left.sql} - ${right.sql}) * 86400)::numeric`;
  if (left.type === 'timestamptz' || left.type === 'timestamp') {
    return `(extract(epoch from ${left.sql}) - extract(epoch from ${right.sql}))`;
  }
  return `(${exact(left)} ${sign} ${exact(right)})`;
}

/** As the type that the branches of a choice have in common. */
function aligned(term: CompiledTerm | undefined, type: TermType): string {
  if (!term) return 'null';
  if (isNumber(type)) return exact(term);
  return term.type === type ? term.sql : castSql(term, type);
}

/** Null where the value cannot be told in the other type; never an error. */
function castSql({ sql, type }: CompiledTerm, to: TermType): string {
  if (type === to) return sql;
  if (to === 'text') return textSql(sql, type);
  if (type === 'text') return readSql(sql, to);
  if (type === 'boolean') return `case when ${sql} then 1 when not ${sql} then 0 end`;
  switch (to) {
    case 'numeric':
      return `(${sql})::numeric`;
    case 'integer':
      return `case when ${sql} between -2147483648 and 2147483647 then trunc(${sql}::numeric) end`;
    case 'bigint':
      return `case when ${sql} between -9223372036854775808 and 9223372036854775807 then trunc(${sql}::numeric) end`;
    case 'timestamptz':
      return `(${type === 'date' ? `${sql}::timestamp` : sql} at time zone 'UTC')`;
    case 'timestamp':
      return type === 'date' ? `${sql}::timestamp` : `(${sql} at time zone 'UTC')`;
    case 'date':
      return type === 'timestamptz' ? `(${sql} at time zone 'UTC')::date` : `${sql}::date`;
    case 'time':
      return type === 'timestamptz' ? `(${sql} at time zone 'UTC')::time` : `${sql}::time`;
    default:
      throw new TypeError(`${type} cannot be cast to ${to}`);
  }
}

/** The text an answer would show, without quotes. */
function textSql(sql: string, type: ValueType): string {
  switch (type) {
    case 'numeric':
    case 'bigint':
    case 'integer':
      return `trim_scale(${sql}::numeric)::text`;
    case 'date':
    case 'timestamp':
      return `btrim(to_json(${sql})::text, '"')`;
    case 'timestamptz':
      return `(btrim(to_json(${sql} at time zone 'UTC')::text, '"') || 'Z')`;
    case 'duration':
      return durationText(sql);
    default:
      return `(${sql})::text`;
  }
}

/** Seconds as `PT90S`. */
export function durationText(sql: string): string {
  return `(case when ${sql} < 0 then '-PT' else 'PT' end || trim_scale(abs(${sql}))::text || 'S')`;
}

const dayPattern = String.raw`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const momentPattern = String.raw`${dayPattern}(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,12})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?)?$`;

function readSql(sql: string, to: TermType): string {
  switch (to) {
    case 'integer':
    case 'bigint':
      return `case when ${sql} ~ '^-?[0-9]{1,${to === 'integer' ? 9 : 18}}$' then (${sql})::numeric end`;
    case 'numeric':
      return `case when ${sql} ~ '^-?[0-9]{1,100}([.][0-9]{1,100})?$' then (${sql})::numeric end`;
    case 'boolean':
      return `case lower(${sql}) when 'true' then true when 'false' then false end`;
    case 'uuid':
      return `case when ${sql} ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then (${sql})::uuid end`;
    case 'date':
      return `case when ${sql} ~ '${dayPattern}$' and ${isDay(sql)} then (${sql})::date end`;
    case 'timestamptz': {
      // A text without a zone is in UTC.
      const zoned = `case when ${sql} ~ '(Z|[+-][0-9]{2}:[0-9]{2})$' and ${sql} like '%T%' then ${sql} else ${sql} || case when ${sql} like '%T%' then 'Z' else 'T00:00Z' end end`;
      return `case when ${sql} ~ '${momentPattern}' and ${isDay(sql)} then (${zoned})::timestamptz end`;
    }
    case 'timestamp':
      return `case when ${sql} ~ '${momentPattern}' and ${isDay(sql)} then (${sql})::timestamp end`;
    default:
      throw new TypeError(`text cannot be cast to ${to}`);
  }
}

/** The month has that day: asked only of texts whose form is a day's, and without a call that could fail. */
function isDay(sql: string): string {
  const part = (start: number, count: number) =>
    `nullif(regexp_replace(substr(${sql}, ${start}, ${count}), '[^0-9]', '', 'g'), '')::integer`;
  const [year, month, day] = [part(1, 4), part(6, 2), part(9, 2)];
  const february = `case when ${year} % 4 = 0 and (${year} % 100 <> 0 or ${year} % 400 = 0) then 29 else 28 end`;
  return `${year} > 0 and ${day} <= case ${month} when 2 then ${february} when 4 then 30 when 6 then 30 when 9 then 30 when 11 then 30 else 31 end`;
}
