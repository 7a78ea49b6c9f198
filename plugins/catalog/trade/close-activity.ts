// What clients send along when they close something: QuoteClose and OrderClose, rows of activities in the Web API of others, here
// the day and the words that the document keeps.
import type { OperationContext } from 'peyvand/sdk';
import { dayOf, textOf } from './rows.ts';

export interface Closing {
  readonly id: string;
  readonly day: string;
  /** Subject and description; undefined where nothing was said. */
  readonly words: string | undefined;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * `parameter`: QuoteClose or OrderClose; `field`: quoteid or salesorderid, plain or as `…@odata.bind`; from our own app the document
 * itself, as `{entity, id}`, with the words in `Reason`.
 */
export async function closingOf(
  { parameters, reference, refuse, now, timeZone }: OperationContext,
  parameter: string,
  field: string,
  entity: string,
): Promise<Closing> {
  const given: unknown = parameters[parameter];
  const close = typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Members) : {};
  const bound = close[`${field}@odata.bind`];
  const plain = close[field];
  const own = close['entity'] === entity ? close['id'] : undefined;
  const text =
    typeof own === 'string'
      ? `/${entity}s(${own})`
      : typeof bound === 'string'
        ? bound
        : typeof plain === 'string'
          ? `/${entity}s(${plain})`
          : undefined;
  const row = text === undefined ? undefined : await reference(text);
  if (row?.entity !== entity) {
    const message = `${parameter} names the ${entity}: "${field}@odata.bind": "/${entity}s(<id>)".`;
    return refuse({ code: 'PARAMETER_INVALID', target: parameter, message });
  }
  const end = textOf(close['actualend']).slice(0, 10);
  if (end !== '' && Number.isNaN(Date.parse(end))) {
    const message = 'actualend is a day, like 2026-11-22.';
    refuse({ code: 'PARAMETER_INVALID', target: `${parameter}/actualend`, message });
  }
  const words = [close['subject'], close['description'], parameters['Reason']]
    .map(textOf)
    .filter((one) => one !== '')
    .join('\n');
  return {
    id: row.id,
    day: end === '' ? dayOf(now, timeZone) : end,
    words: words === '' ? undefined : words.slice(0, 2000),
  };
}
