// Days and instants taken together by a part of the caller's calendar, as SQL. Rows are grouped by a number (the nth period
// since 1800) or a day, which sort as time does; what the answer calls the group is worked out once per group.
import type { ColumnType } from '../sdk/index.ts';
import type { ValueType } from './literal.ts';
import { firstDayOfWeek, periodsOf, type PeriodPart } from './calendar-periods.ts';
import type { Statement } from './statement.ts';
import type { DateGrouping } from './tree.ts';

export interface GroupedDate {
  /** What rows are grouped and sorted by. */
  readonly sql: string;
  readonly type: 'integer' | 'date';
  /** The answer's value, over the SQL of what `sql` gave. */
  readonly value: (group: string) => string;
  readonly valueType: 'integer' | 'text';
}

/** `sql` is the SQL of a date, a timestamp or a timestamptz. Days before 1800 and after 2199 are one period each: `<1800-01`, `>2199-12`. */
export function groupDate(statement: Statement, sql: string, type: ValueType, { part, as }: DateGrouping): GroupedDate {
  if (type !== 'date' && type !== 'timestamp' && type !== 'timestamptz') throw new TypeError(`${type} has no ${part}`);
  if (part === 'day') return groupDay(statement, localDay(statement, sql, type), as);
  if (part === 'week') return groupWeek(statement, localDay(statement, sql, type), as);
  const periods = placePeriods(statement, part, type);
  const bucket = `width_bucket(${sql}, ${periods.edges})`;
  if (as === 'number') return numbered(`(${periods.numbers()})[${bucket}]`);
  return { sql: bucket, type: 'integer', value: (group) => periods.text(group, part), valueType: 'text' };
}

function numbered(sql: string): GroupedDate {
  return { sql, type: 'integer', value: (group) => group, valueType: 'integer' };
}

function localDay(statement: Statement, sql: string, type: ColumnType): string {
  if (type === 'date') return sql;
  if (type === 'timestamp') return `${sql}::date`;
  return `(${sql} at time zone ${statement.parameter('text', (run) => run.principal.timeZone)})::date`;
}

function groupDay(statement: Statement, day: string, as: DateGrouping['as']): GroupedDate {
  const periods = placePeriods(statement, 'month', 'date');
  const bucket = (one: string) => `width_bucket(${one}, ${periods.edges})`;
  const dayOfMonth = (one: string) => `(${one} - ${periods.start(bucket(one))} + 1)`;
  if (as === 'number') return numbered(dayOfMonth(day));
  const value = (group: string) =>
    `case when ${periods.holds(bucket(group))} then ${periods.text(bucket(group), 'month')} || '-' || ` +
    `lpad(${dayOfMonth(group)}::text, 2, '0') else ${periods.text(bucket(group), 'month')} end`;
  return { sql: day, type: 'date', value, valueType: 'text' };
}

/** Weeks are the same in every calendar; the first of a year is the one that the year's first day lies in. */
function groupWeek(statement: Statement, day: string, as: DateGrouping['as']): GroupedDate {
  const years = placePeriods(statement, 'year', 'date');
  const first = statement.parameter('integer', (run) => firstDayOfWeek(run.principal));
  // 2000-01-02 was a Sunday.
  const start = `(${day} - ((${day} - date '2000-01-02' - ${first}) % 7 + 7) % 7)`;
  const bucket = (one: string) => `width_bucket(${one} + 6, ${years.edges})`;
  const number = (one: string) => `((${one} + 6 - ${years.start(bucket(one))}) / 7 + 1)`;
  if (as === 'number') return numbered(number(start));
  const value = (group: string) =>
    `case when ${years.holds(bucket(group))} then ${years.text(bucket(group), 'year')} || '-W' || ` +
    `lpad(${number(group)}::text, 2, '0') else ${years.text(bucket(group), 'year')} end`;
  return { sql: start, type: 'date', value, valueType: 'text' };
}

/** The periods as parameters, so that callers of every calendar and zone share the statement. */
function placePeriods(statement: Statement, part: PeriodPart, type: ColumnType) {
  const dates = statement.parameter('date[]', (run) => periodsOf(part, run.principal).edges);
  const firstYear = lazily(() => statement.parameter('integer', (run) => periodsOf(part, run.principal).firstYear));
  const perYear = lazily(() => statement.parameter('integer', (run) => periodsOf(part, run.principal).perYear));
  const count = `cardinality(${dates})`;
  const holds = (bucket: string) => `${bucket} between 1 and ${count} - 1`;
  const period = (bucket: string, of: PeriodPart): string => {
    const year = `lpad((${firstYear()} + (${bucket} - 1) / ${perYear()})::text, 4, '0')`;
    const nth = () => `((${bucket} - 1) % ${perYear()} + 1)::text`;
    switch (of) {
      case 'month':
        return `${year} || '-' || lpad(${nth()}, 2, '0')`;
      case 'quarter':
        return `${year} || '-Q' || ${nth()}`;
      case 'fiscal-period':
        return `${year} || '-P' || lpad(${nth()}, 2, '0')`;
      default:
        return year;
    }
  };
  return {
    edges: edgesText(statement, dates, type),
    holds,
    // An array has nothing beyond its ends: days outside of it have no number.
    numbers: () => statement.parameter('integer[]', (run) => periodsOf(part, run.principal).numbers),
    start: (bucket: string) => `(${dates})[nullif(${bucket}, ${count})]`,
    text: (bucket: string, of: PeriodPart) =>
      `case when ${bucket} is null then null when ${bucket} < 1 then '<' || ${period('1', of)} ` +
      `when ${bucket} >= ${count} then '>' || ${period(`(${count} - 1)`, of)} else ${period(bucket, of)} end`,
  };
}

/** The first days as the column's type: the moments at which they begin for the caller, worked out once for all rows. */
function edgesText(statement: Statement, dates: string, type: ColumnType): string {
  if (type === 'date') return dates;
  const edge = statement.alias();
  const moment = `${edge}.d::timestamp`;
  const zoned = () => `${moment} at time zone ${statement.parameter('text', (run) => run.principal.timeZone)}`;
  return `array(select ${type === 'timestamp' ? moment : zoned()} from unnest(${dates}) ${edge}(d))`;
}

/** A parameter that is only placed where it is used. */
function lazily(place: () => string): () => string {
  let text: string | undefined;
  return () => (text ??= place());
}
