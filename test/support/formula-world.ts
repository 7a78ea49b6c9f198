// A small world for formulas: deals with a field of every kind, and the firms they name; and random formulas over it.
import fc from 'fast-check';
import type { JsonObject } from '../../core/sdk/index.ts';

export const firm: JsonObject = {
  title: 'Firm',
  type: 'object',
  entity: { set: 'x_firms', plural: 'Firms', ownership: 'organization', primary: 'name', stateless: true },
  properties: {
    name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
    size: { title: 'Size', type: 'integer', field: { type: 'whole-number' } },
  },
};

const lookup = { type: 'lookup', target: 'x_firm', relation: { name: 'x_deal_firm', delete: 'remove-link' } };

export function deal(more: Readonly<Record<string, JsonObject>> = {}): JsonObject {
  return {
    title: 'Deal',
    type: 'object',
    entity: { set: 'x_deals', plural: 'Deals', ownership: 'organization', primary: 'name', stateless: true },
    properties: {
      name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
      word: { title: 'Word', type: 'string', maxLength: 100, field: { type: 'text' } },
      count: { title: 'Count', type: 'integer', field: { type: 'whole-number' } },
      part: { title: 'Part', type: 'number', field: { type: 'decimal', precision: 2 } },
      agreed: { title: 'Agreed', type: 'boolean', field: { type: 'yes-no' } },
      due: { title: 'Due', type: 'string', format: 'date', field: { type: 'date' } },
      begun: { title: 'Begun', type: 'string', field: { type: 'date-time' } },
      firmid: { title: 'Firm', type: 'string', format: 'uuid', field: lookup },
      ...more,
    },
  };
}

export const resultTypes: Readonly<Record<string, JsonObject>> = {
  number: { type: 'number' },
  text: { type: 'string' },
  boolean: { type: 'boolean' },
};

/** A property that is worked out. */
export function formula(kind: string, text: string, more: JsonObject = {}): JsonObject {
  return { title: 'F', ...resultTypes[kind], readOnly: true, field: { type: 'formula', formula: text, ...more } };
}

const words = ['', 'Ab', ' x  y ', 'سلام', 'ẞtraße', 'a-b', '12', '😀z', "O'N\\%"] as const;

export const row = fc.record({
  name: fc.option(fc.constantFrom(...words.slice(1)), { nil: null }),
  word: fc.option(fc.constantFrom(...words.slice(1)), { nil: null }),
  count: fc.option(fc.integer({ min: -20, max: 20 }), { nil: null }),
  part: fc.option(
    fc.integer({ min: -400, max: 400 }).map((n) => n / 4),
    { nil: null },
  ),
  agreed: fc.option(fc.boolean(), { nil: null }),
  due: fc.option(fc.constantFrom('2026-01-31', '2026-11-22', '2024-02-29', '1999-12-31'), { nil: null }),
  // Days between these and any date have few digits: a quotient without end has more of them in SQL than in JSONata.
  begun: fc.option(fc.constantFrom('2026-01-31T06:00:00Z', '2026-11-22T00:00:00Z', '2024-02-29T12:00:00Z'), {
    nil: null,
  }),
  firm: fc.constantFrom(0, 1, undefined),
});

const quote = (text: string): string => JSON.stringify(text);

/** Formulas of each kind, as texts; every field of the kind may stand in them, also those of the list `before`. */
export function formulas(
  before: Readonly<Record<'number' | 'text' | 'boolean', readonly string[]>>,
): Record<'number' | 'text' | 'boolean', fc.Arbitrary<string>> {
  return fc.letrec<{ number: string; text: string; boolean: string }>((tie) => {
    const [number, text, boolean] = [tie('number'), tie('text'), tie('boolean')];
    const two = <A, B>(a: fc.Arbitrary<A>, b: fc.Arbitrary<B>, write: (a: A, b: B) => string) =>
      fc.tuple(a, b).map(([x, y]) => write(x, y));
    const any = fc.oneof(number, text, boolean);
    const depth = { maxDepth: 3, depthIdentifier: 'formula' } as const;
    const field = fc.constantFrom(
      'name',
      'word',
      'count',
      'part',
      'agreed',
      'due',
      'begun',
      'firmid.name',
      'firmid.size',
    );
    return {
      number: fc.oneof(
        depth,
        fc.constantFrom('count', 'part', 'firmid.size', ...before.number),
        fc.integer({ min: -9, max: 9 }).map(String),
        fc.constantFrom('0.5', '2.25'),
        two(number, number, (a, b) => `(${a} + ${b})`),
        two(number, number, (a, b) => `(${a} - ${b})`),
        two(number, number, (a, b) => `(${a} * ${b})`),
        two(number, fc.constantFrom('4', '-8', '0.5'), (a, b) => `(${a} / ${b})`),
        two(number, fc.constantFrom('3', '-7'), (a, b) => `($floor(${a}) % ${b})`),
        number.map((a) => `(-${a})`),
        number.map((a) => `$abs(${a})`),
        number.map((a) => `$floor(${a})`),
        number.map((a) => `$ceil(${a})`),
        two(number, fc.constantFrom('', ', 1', ', -1'), (a, b) => `$round(${a}${b})`),
        text.map((a) => `$length(${a})`),
        two(number, number, (a, b) => `$max([${a}, ${b}])`),
        two(number, number, (a, b) => `$min([${a}, ${b}])`),
        two(number, number, (a, b) => `$sum([${a}, ${b}])`),
        two(any, any, (a, b) => `$count([${a}, ${b}])`),
        fc.tuple(any, number, number).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
        two(boolean, number, (c, a) => `(${c} ? ${a})`),
        two(number, number, (a, b) => `(${a} ?? ${b})`),
        fc.constant('(($toMillis(begun) - $toMillis(due)) / 86400000)'),
        fc.constant('$days(due, begun)'),
      ),
      text: fc.oneof(
        depth,
        fc.constantFrom('name', 'word', 'firmid.name', ...before.text),
        fc.constantFrom(...words).map(quote),
        two(any, any, (a, b) => `(${a} & ${b})`),
        two(fc.constantFrom('due', 'begun'), text, (a, b) => `(${a} & ${b})`),
        text.map((a) => `$uppercase(${a})`),
        text.map((a) => `$lowercase(${a})`),
        text.map((a) => `$trim(${a})`),
        any.map((a) => `$string(${a})`),
        fc.tuple(text, fc.integer({ min: -4, max: 4 })).map(([a, s]) => `$substring(${a}, ${s})`),
        fc
          .tuple(text, fc.integer({ min: -4, max: 4 }), fc.integer({ min: -1, max: 3 }))
          .map(([a, s, n]) => `$substring(${a}, ${s}, ${n})`),
        two(text, fc.constantFrom('"b"', '"x "', '"l"'), (a, b) => `$substringBefore(${a}, ${b})`),
        two(text, fc.constantFrom('"b"', '"x "', '"س"'), (a, b) => `$substringAfter(${a}, ${b})`),
        two(text, fc.constantFrom('"a", "$1"', '"b", ""'), (a, b) => `$replace(${a}, ${b})`),
        two(text, text, (a, b) => `$join([${a}, ${b}], "-")`),
        fc.tuple(any, text, text).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
        two(text, text, (a, b) => `(${a} ?? ${b})`),
      ),
      boolean: fc.oneof(
        depth,
        fc.constantFrom('agreed', 'true', 'false', ...before.boolean),
        fc
          .tuple(number, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), number)
          .map(([a, s, b]) => `(${a} ${s} ${b})`),
        fc.tuple(text, fc.constantFrom('=', '!=', '<', '<=', '>', '>='), text).map(([a, s, b]) => `(${a} ${s} ${b})`),
        fc.constantFrom(
          '(due < "2026-06-01")',
          '(due = "2026-11-22")',
          '(begun > due)',
          '(begun >= "2026-01-31T06:00:00Z")',
        ),
        fc.tuple(any, fc.constantFrom('and', 'or'), any).map(([a, s, b]) => `(${a} ${s} ${b})`),
        any.map((a) => `$not(${a})`),
        any.map((a) => `$boolean(${a})`),
        field.map((a) => `$exists(${a})`),
        two(text, fc.constantFrom('"b"', '"س"'), (a, b) => `$contains(${a}, ${b})`),
        two(number, number, (a, b) => `(${a} in [${b}, 3])`),
      ),
    };
  });
}
