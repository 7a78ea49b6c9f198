// Fields that nobody writes look like the type of their result: each hands its display, text and filter on to that type.
import { defineFieldUi } from 'peyvand/ui';
import type { FieldMetadata, FieldUi } from 'peyvand/ui';
import bigInteger from '../fields/big-integer/browser.ts';
import currency from '../fields/currency/browser.ts';
import dateTime from '../fields/date-time/browser.ts';
import date from '../fields/date/browser.ts';
import decimal from '../fields/decimal/browser.ts';
import text from '../fields/text/browser.ts';
import wholeNumber from '../fields/whole-number/browser.ts';
import yesNo from '../fields/yes-no/browser.ts';

const byType = new Map(
  [text, wholeNumber, bigInteger, decimal, currency, yesNo, date, dateTime].map((ui) => [ui.type, ui]),
);

export function resultField(type: string): FieldUi {
  const of = (field: FieldMetadata): FieldUi => byType.get(field.shownAs ?? '') ?? text;
  const as = (field: FieldMetadata): FieldMetadata => ({ ...field, type: of(field).type });
  return defineFieldUi({
    type,
    width: 140,
    inline: false,
    needs: [...byType.keys()],
    alignOf: (field) => of(field).align ?? 'start',
    display: (value, field, context) => of(field).display(value, as(field), context),
    // Only filters ask for it: the value itself is nobody's to write.
    input: (request) => of(request.field).input({ ...request, field: as(request.field) }),
    text: (value, field, context) => of(field).text(value, as(field), context),
    filter: {
      literal: (value, field) => {
        const literal = of(field).filter?.literal;
        return literal ? literal(value, as(field)) : `'${String(value).replaceAll("'", "''")}'`;
      },
      input: (request) => {
        const { filter, input } = of(request.field);
        return (filter?.input ?? input)({ ...request, field: as(request.field) });
      },
    },
  });
}
