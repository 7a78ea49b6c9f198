// Values worked out for each row, on a real Postgres: what each function answers, above all where it has no answer.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileCondition } from '../../core/query/compile-condition.ts';
import { compileTerm } from '../../core/query/compile-term.ts';
import { From } from '../../core/query/from.ts';
import { Statement } from '../../core/query/statement.ts';
import type { Run } from '../../core/query/statement.ts';
import { resultOf } from '../../core/query/term-types.ts';
import type { Condition, Term, TermFunction, TermType, Value } from '../../core/query/tree.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { captain, makeTables, shipModel } from '../support/ships.ts';
import type { Ships } from '../support/ships.ts';

let test: TestDatabase;
let ships: Ships;
beforeAll(async () => {
  ships = await shipModel();
  test = await testDatabase();
  await makeTables(test.database, ships.model, ['ship']);
  await test.database.query(
    `insert into org_default.ship (name, crew, tonnage, afloat, built, inspected) values ('Zoë', 2147483647, 0.1, true, '2020-02-29', '2026-03-20T21:00:00.123456Z')`,
  );
});
afterAll(() => test.drop());

const constant = (type: TermType, value: Value): Term => ({ kind: 'constant', type, value });
const number = (value: number | string | null) => constant('numeric', value === null ? null : String(value));
const text = (value: string | null) => constant('text', value);
const column = (name: string): Term => ({ kind: 'column', path: [name] });
const call = (name: TermFunction, ...of: readonly Term[]): Term => ({ kind: 'call', function: name, of });
const cast = (of: Term, type: TermType): Term => ({ kind: 'cast', of, type });
const truth = (of: Condition): Term => ({ kind: 'truth', of });

/** The value as Postgres writes it, for the one ship there is. */
async function valueOf(term: Term): Promise<string | null> {
  const statement = new Statement();
  const everything: Condition = { kind: 'true' };
  const compilation = {
    model: ships.model,
    schema: 'org_default',
    statement,
    rows: () => everything,
    shown: () => 'full' as const,
    condition: compileCondition,
  };
  const from = new From(compilation, ships.ship);
  const { sql, type } = compileTerm(from, term);
  const shown = type === 'timestamptz' ? `(${sql}) at time zone 'UTC'` : sql;
  const run: Run = {
    literals: [],
    principal: captain,
    now: new Date('2026-11-22T10:00:00Z'),
    size: 0,
    after: [],
    within: undefined,
    refuse: (_code, _option, message) => {
      throw new Error(message);
    },
  };
  const parameters = statement.bindings.map((binding) => binding(run));
  const [row] = await test.database.query<{ readonly v: string | null }>(
    `select (${shown})::text as v from ${from.text}`,
    parameters,
  );
  return row?.v ?? null;
}

const instant = constant('timestamptz', '2026-03-20T21:00:00.5Z');
const hour = constant('duration', 'PT1H');
const cases: readonly (readonly [string, Term, string | null])[] = [
  ['adds decimals exactly', call('add', column('tonnage'), number('0.2')), '0.3'],
  ['adds whole numbers past what a column holds', call('add', column('crew'), number(1)), '2147483648'],
  [
    'multiplies past 64 bits',
    call('mul', column('crew'), call('mul', column('crew'), column('crew'))),
    '9903520300447984150353281023',
  ],
  ['divides numbers with a point exactly', call('div', number('5.0'), number(2)), '2.5000000000000000'],
  ['has no answer to a division by zero', call('div', column('crew'), number(0)), null],
  [
    'has no answer to a decimal division by zero',
    call('divby', column('tonnage'), call('sub', number(1), number(1))),
    null,
  ],
  ['has no answer to the rest of a division by zero', call('mod', column('crew'), number(0)), null],
  ['takes the rest with the sign of the first', call('mod', call('negate', number(7)), number(3)), '-1'],
  [
    'negates the least whole number',
    call('negate', call('sub', call('negate', column('crew')), number(1))),
    '2147483648',
  ],
  ['rounds half away from zero', call('round', number('-2.5')), '-3'],
  ['rounds to decimals', call('round', number('2.345'), number(2)), '2.35'],
  [
    'rounds to no more decimals than there can be',
    call('round', number('2.345'), number('1e9')),
    '2.345'.padEnd(102, '0'),
  ],
  ['goes down', call('floor', number('-2.5')), '-3'],
  ['goes up', call('ceiling', number('-2.5')), '-2'],
  ['counts letters, not bytes', call('length', column('name')), '3'],
  ['joins texts', call('concat', column('name'), text(' & Söhne')), 'Zoë & Söhne'],
  ['says nothing of a text that is not there', call('concat', column('callsign'), text('x')), null],
  ['finds a text from 0, without case', call('indexof', column('name'), text('OË')), '1'],
  ['finds nothing at -1', call('indexof', column('name'), text('x')), '-1'],
  ['cuts from 0', call('substring', text('abcdef'), number(2)), 'cdef'],
  ['cuts so many', call('substring', text('abcdef'), number(2), number(3)), 'cde'],
  [
    'cuts nothing before the start or for less than none',
    call('substring', text('abc'), number(-4), number('-1e30')),
    '',
  ],
  ['cuts nothing of nothing', call('substring', text('abc'), column('kind')), null],
  ['trims white space of every script', call('trim', text('\u00a0\t x y\u3000\n')), 'x y'],
  ['folds case', call('toupper', column('name')), 'ZOË'],
  ['matches letter by letter', call('matchespattern', column('name'), text('^Z.ë$')), 'true'],
  ['takes years in UTC', call('year', instant), '2026'],
  ['takes hours in UTC', call('hour', instant), '21'],
  ['takes whole seconds', call('second', column('inspected')), '0'],
  ['takes parts of a second', call('fractionalseconds', column('inspected')), '0.123456'],
  ['takes the day of an instant in UTC', call('date', column('inspected')), '2026-03-20'],
  ['takes its time of day', call('time', instant), '21:00:00.5'],
  ['moves an instant', call('add', instant, hour), '2026-03-20 22:00:00.5'],
  ['moves a day by whole days', call('add', column('built'), constant('duration', 'P1DT23H')), '2020-03-01'],
  ['has no day past the year 9999', call('add', column('built'), constant('duration', 'P999999999D')), null],
  ['has no day before the year 1', call('sub', column('built'), constant('duration', 'P999999999D')), null],
  ['has no instant past the year 9999', call('add', column('inspected'), constant('duration', 'P999999999D')), null],
  ['tells how long between days', call('sub', constant('date', '2020-03-01'), column('built')), '86400'],
  ['tells how long between instants', call('totalseconds', call('sub', instant, column('inspected'))), '0.376544'],
  ['multiplies a duration', call('mul', hour, number('1.5')), '5400.0'],
  ['knows when it is', call('now'), '2026-11-22 10:00:00'],
  ['has no offset in UTC', call('totaloffsetminutes', instant), '0'],
  [
    'chooses',
    call(
      'if',
      truth({ kind: 'compare', path: ['afloat'], operator: 'eq', value: true }),
      column('crew'),
      number('0.5'),
    ),
    '2147483647',
  ],
  [
    'chooses otherwise where nothing is known',
    call('if', truth({ kind: 'compare', path: ['kind'], operator: 'gt', value: 1 }), number(1), number(2)),
    '2',
  ],
  [
    'works out no branch that is not chosen',
    call('if', truth({ kind: 'false' }), call('divby', number(1), number(0)), number(2)),
    '2',
  ],
  ['takes the first that is there', call('coalesce', column('callsign'), column('name')), 'Zoë'],
  ['sees a day as its midnight', call('coalesce', column('built'), instant), '2020-02-29 00:00:00'],
  ['reads no day that is none', cast(text('2026-02-29'), 'date'), null],
  ['reads a leap day', cast(text('2024-02-29'), 'date'), '2024-02-29'],
  ['reads no day of a word', cast(column('name'), 'date'), null],
  ['reads a date and time without zone in UTC', cast(text('2026-03-20T10:00'), 'timestamptz'), '2026-03-20 10:00:00'],
  ['reads a day as an instant', cast(text('2026-03-20'), 'timestamptz'), '2026-03-20 00:00:00'],
  ['reads an instant', cast(text('2026-03-20T10:00:00+03:30'), 'timestamptz'), '2026-03-20 06:30:00'],
  ['reads no hour 24', cast(text('2026-03-20T24:00:00Z'), 'timestamptz'), null],
  ['reads a number', cast(text('-12.50'), 'numeric'), '-12.50'],
  ['reads no number of a word', cast(text('12x'), 'numeric'), null],
  ['reads no whole number with a point', cast(text('1.5'), 'integer'), null],
  ['cuts a number to a whole one', cast(number('-1.9'), 'integer'), '-1'],
  ['has no whole number that is too large', cast(number('1e10'), 'integer'), null],
  ['writes numbers without needless zeros', cast(number('12.50'), 'text'), '12.5'],
  ['writes instants as answers do', cast(instant, 'text'), '2026-03-20T21:00:00.5Z'],
  ['writes durations', cast(call('negate', hour), 'text'), '-PT3600S'],
  ['reads yes and no', cast(text('TRUE'), 'boolean'), 'true'],
  ['reads no id of a word', cast(column('name'), 'uuid'), null],
  ['is null with a null argument', call('add', number(null), number(1)), null],
];

describe('a value worked out for each row', () => {
  it.each(cases)('%s', async (_, term, expected) => {
    expect(await valueOf(term)).toBe(expected);
  });

  it('is whole where whole numbers are divided', async () => {
    expect(await valueOf(call('div', column('crew'), call('length', text('ab'))))).toBe('1073741823');
    expect(await valueOf(call('div', call('negate', column('crew')), call('length', text('ab'))))).toBe('-1073741823');
  });

  it('refuses arguments that do not fit, saying what does', () => {
    expect(resultOf('add', ['text', 'integer'])).toMatchObject({
      problem: expect.stringMatching(/^add takes a number and a number, or .*, not text and a whole number$/) as string,
    });
    expect(resultOf('year', ['text'])).toHaveProperty('problem');
    expect(resultOf('coalesce', ['text', 'integer'])).toHaveProperty('problem');
    expect(resultOf('substring', ['text', 'integer'])).toBe('text');
  });
});

describe('two values compared', () => {
  const compared = (
    left: Term,
    operator: 'eq' | 'ne' | 'lt' | 'contains' | 'startswith' | 'endswith' | 'in',
    right: Term,
  ) => valueOf(truth({ kind: 'compare-terms', left, operator, right }));

  it('hold without case, and null equals null', async () => {
    expect(await compared(call('concat', column('name'), text('X')), 'eq', text('zoËx'))).toBe('true');
    expect(await compared(column('callsign'), 'eq', call('trim', column('callsign')))).toBe('true');
    expect(await compared(call('trim', column('callsign')), 'ne', text('x'))).toBe('true');
    expect(await compared(call('trim', column('callsign')), 'lt', text('x'))).toBe('false');
    expect(await compared(call('trim', column('callsign')), 'eq', text(null))).toBe('true');
  });

  it('see a day as its midnight and numbers as numbers', async () => {
    expect(await compared(column('built'), 'lt', column('inspected'))).toBe('true');
    expect(await compared(column('tonnage'), 'lt', column('crew'))).toBe('true');
  });

  it('contain each other, signs being letters', async () => {
    expect(await compared(text('100%_x'), 'contains', call('trim', text('%_X')))).toBe('true');
    expect(await compared(column('name'), 'startswith', call('substring', column('name'), number(0), number(1)))).toBe(
      'true',
    );
    expect(await compared(column('name'), 'endswith', call('tolower', text('OË')))).toBe('true');
    expect(await compared(column('name'), 'endswith', text(''))).toBe('true');
  });

  it('are among several', async () => {
    expect(await compared(call('trim', column('name')), 'in', constant('text', ['a', 'zOË']))).toBe('true');
    expect(await compared(call('length', column('name')), 'in', constant('numeric', [1, 3]))).toBe('true');
    expect(await compared(call('length', column('callsign')), 'in', constant('numeric', [1, 3]))).toBe('false');
  });
});
