// The typed tree of a formula → SQL over one row. Nothing in it can fail: a division by nothing is empty, a whole number too
// large for its column is empty. Whoever names the row's columns (`Place`) decides what of it may be seen.
import { literal } from '../db/identifier.ts';
import type { ColumnType } from '../sdk/index.ts';
import type { Derivation, Node } from './formula.ts';

/** The row that a formula is worked out for. */
export interface Place {
  /** SQL of a field's own column. */
  column(name: string): string;
  /** SQL of a value of the row of `target` that the lookup names; null where it names none. */
  through(lookup: string, target: string, make: (place: Place) => string): string;
  /** SQL of the day it is where the caller is, and of the caller's time zone. */
  today(): string;
  zone(): string;
}

/** The SQL of a derived field, in the storage class of its column. */
export function derivedSql(
  derivation: Derivation & { readonly kind: 'translated' },
  type: ColumnType,
  place: Place,
): string {
  const sql = write(derivation.node, place);
  const { scale } = derivation;
  switch (type) {
    case 'integer':
      return bounded(`round(${sql})`, 'integer', '2147483647');
    case 'bigint':
      return bounded(`round(${sql})`, 'bigint', '9223372036854775807');
    case 'numeric':
      return scale === undefined ? sql : `round(${sql}, ${scale})`;
    case 'text':
      return textOf(derivation.node, sql);
    default:
      return sql;
  }
}

function bounded(sql: string, type: string, most: string): string {
  return `(select case when abs(v.n) <= ${most} then v.n::${type} end from (select ${sql} as n offset 0) v)`;
}

function write(node: Node, place: Place): string {
  switch (node.op) {
    case 'constant':
      if (node.kind === 'number') return `${literal(String(node.value))}::numeric`;
      return node.kind === 'boolean' ? literal(node.value) : `${literal(String(node.value))}::text`;
    case 'missing':
      return `null::${types[node.kind]}`;
    case 'field':
      return fieldSql(node.raw, place.column(node.name));
    case 'through': {
      const ends = node.ends.map(({ target, of }) => place.through(node.lookup, target, (inner) => write(of, inner)));
      return ends.length === 1 ? (ends[0] ?? 'null') : `coalesce(${ends.join(', ')})`;
    }
    case 'arithmetic': {
      const [left, right] = [write(node.of[0], place), write(node.of[1], place)];
      if (node.sign === '/' || node.sign === '%') return `(${left} ${node.sign} nullif(${right}, 0))`;
      return `(${left} ${node.sign} ${right})`;
    }
    case 'compare':
      return compareSql(node, place);
    case 'and':
    case 'or':
      return `(${node.of.map((one) => truth(one, place)).join(` ${node.op} `)})`;
    case 'if': {
      const [condition, then, otherwise] = node.of;
      return `case when ${truth(condition, place)} then ${write(then, place)} else ${write(otherwise, place)} end`;
    }
    case 'call':
      return callSql(node, place);
  }
}

const types: Readonly<Record<Node['kind'], string>> = {
  text: 'text',
  number: 'numeric',
  boolean: 'boolean',
  date: 'date',
  instant: 'timestamptz',
  local: 'timestamp',
};

function fieldSql(raw: string, column: string): string {
  if (raw === 'uuid') return `(${column})::text`;
  return raw === 'integer' || raw === 'bigint' ? `(${column})::numeric` : column;
}

/** The text that JSONata sees: dates as on the wire, numbers without needless zeros. */
function textOf({ kind }: Node, sql: string): string {
  switch (kind) {
    case 'text':
      return sql;
    case 'number':
      return `trim_scale(${sql})::text`;
    case 'boolean':
      return `case ${sql} when true then 'true' when false then 'false' end`;
    case 'date':
      return `to_char(${sql}, 'YYYY-MM-DD')`;
    case 'instant':
      return `trim(both '"' from to_json((${sql}) at time zone 'UTC')::text) || 'Z'`;
    case 'local':
      return `trim(both '"' from to_json(${sql})::text)`;
  }
}

/** What `and`, `or` and conditions make of a value: a missing one is no. */
function truth(node: Node, place: Place): string {
  return `coalesce(${booleanOf(node.kind, write(node, place))}, false)`;
}

function booleanOf(kind: Node['kind'], sql: string): string {
  if (kind === 'boolean') return sql;
  if (kind === 'number') return `(${sql} <> 0)`;
  return kind === 'text' ? `(${sql} <> '')` : `(${sql} is not null or null)`;
}

function compareSql(node: Node & { readonly op: 'compare' }, place: Place): string {
  const [left, right] = node.of;
  const isAlike = left.kind === right.kind;
  const [a, b] = node.of.map((one) => (isAlike ? write(one, place) : `(${textOf(one, write(one, place))})`));
  // Letter by letter: the order of the language's code points, not of a dictionary.
  const collated = isAlike && left.kind !== 'text' ? '' : ' collate "C"';
  if (node.sign === '=' || node.sign === '!=')
    return `coalesce((${a} ${node.sign === '=' ? '=' : '<>'} ${b}${collated}), false)`;
  return `(${a} ${node.sign} ${b}${collated})`;
}

/** `of` worked out once under the name `v.x`, for what needs it more than once. */
function once(of: string, sql: string): string {
  return `(select ${sql} from (select ${of} as x offset 0) v)`;
}

/** Half to even, as JSONata rounds. `shift` is 10^digits, exact. */
function rounded(of: string, digits: number): string {
  if (digits === 0) return once(of, halfEven('v.x'));
  const shift = digits > 0 ? `1${'0'.repeat(digits)}` : `0.${'0'.repeat(-digits - 1)}1`;
  const back = digits > 0 ? `0.${'0'.repeat(digits - 1)}1` : `1${'0'.repeat(-digits)}`;
  return `(${once(`${of} * ${shift}`, halfEven('v.x'))} * ${back})`;
}

const halfEven = (x: string): string =>
  `case when abs(${x} - trunc(${x})) = 0.5 then 2 * round(${x} / 2) else round(${x}) end`;

function callSql(node: Node & { readonly op: 'call' }, place: Place): string {
  const of = node.of.map((one) => write(one, place));
  const texts = () => node.of.map((one, index) => textOf(one, of[index] ?? 'null'));
  const [first = 'null', second = 'null', third = 'null'] = of;
  const at = (index: number): number => {
    const argument = node.of[index];
    return argument?.op === 'constant' ? Number(argument.value) : 0;
  };
  switch (node.name) {
    case 'negate':
      return `(- ${first})`;
    case 'concat':
      return `(${texts()
        .map((text) => `coalesce(${text}, '')`)
        .join(' || ')})`;
    case 'string':
      return `(${texts()[0] ?? 'null'})`;
    case 'length':
      return `length(${texts()[0] ?? 'null'})::numeric`;
    case 'uppercase':
    case 'lowercase':
      // The mapping of letters that JavaScript knows too, whatever the database's own language is.
      // A subquery's value has no collation of its own, so that comparing it needs none.
      return `(select (select ${node.name === 'uppercase' ? 'upper' : 'lower'}((${texts()[0] ?? 'null'}) collate "und-x-icu")) collate "default")`;
    case 'trim':
      return `btrim(regexp_replace(${texts()[0] ?? 'null'}, E'[ \\t\\n\\r]+', ' ', 'g'), ' ')`;
    case 'abs':
    case 'floor':
    case 'ceil':
      return `${node.name}(${first})`;
    case 'round':
      return rounded(first, at(1));
    case 'substring':
      return substringSql(texts()[0] ?? 'null', at(1), node.of.length > 2 ? at(2) : undefined);
    case 'substringBefore':
      return once(
        texts()[0] ?? 'null',
        `case when strpos(v.x, ${second}) > 0 then left(v.x, strpos(v.x, ${second}) - 1) else v.x end`,
      );
    case 'substringAfter':
      return once(
        texts()[0] ?? 'null',
        `case when strpos(v.x, ${second}) > 0 then substr(v.x, strpos(v.x, ${second}) + length(${second})) else v.x end`,
      );
    case 'contains':
      return `(strpos(${texts()[0] ?? 'null'}, ${second}) > 0)`;
    case 'replace':
      return `replace(${texts()[0] ?? 'null'}, ${second}, ${third})`;
    case 'boolean':
      return booleanOf(node.of[0]?.kind ?? 'boolean', first);
    case 'not':
      return `(not ${booleanOf(node.of[0]?.kind ?? 'boolean', first)})`;
    case 'exists':
      return `(${first} is not null)`;
    case 'sum':
      return `(${of.map((one) => `coalesce(${one}, 0)`).join(' + ')})`;
    case 'max':
      return `greatest(${of.join(', ')})`;
    case 'min':
      return `least(${of.join(', ')})`;
    case 'average':
      return `(select avg(a.x) from (values ${of.map((one) => `(${one})`).join(', ')}) a(x))`;
    case 'count':
      return `num_nonnulls(${of.join(', ')})::numeric`;
    case 'join':
      return `concat_ws(${texts().join(', ')})`;
    case 'now':
      return `date_trunc('milliseconds', now())`;
    case 'millis':
      return `floor(extract(epoch from now()) * 1000)`;
    case 'today':
      return place.today();
    case 'toMillis':
      return node.of[0]?.kind === 'date'
        ? `(extract(epoch from (${first})::timestamp) * 1000)`
        : `floor(extract(epoch from ${first}) * 1000)`;
    case 'days':
      return `(${dayOf(node.of[1], second, place)} - ${dayOf(node.of[0], first, place)})::numeric`;
    default:
      throw new TypeError(`a formula calls $${node.name}, for which there is no SQL`);
  }
}

function dayOf(node: Node | undefined, sql: string, place: Place): string {
  return node?.kind === 'instant' ? `((${sql}) at time zone ${place.zone()})::date` : sql;
}

/** Places count letters from 0; negative ones from the end. */
function substringSql(text: string, start: number, length: number | undefined): string {
  if (length !== undefined && length <= 0) return once(text, `case when v.x is not null then '' end`);
  const part = length === undefined ? '' : `, ${length}`;
  if (start >= 0) return `substr(${text}, ${start + 1}${part})`;
  return once(text, `substr(v.x, greatest(length(v.x) - ${-start}, 0) + 1${part})`);
}
