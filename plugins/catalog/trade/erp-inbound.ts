// What an ERP tells: stock and products. Each event has the sender's id, and is taken once; one that is older than what is known
// never overwrites it.
import { updateVersion } from '../product-version.ts';
import { Big } from 'big.js';
import { defineOperation, type OperationContext, type Row } from 'peyvand/sdk';
import { lockLink } from './erp-link.ts';
import { listRows, textOf } from './rows.ts';

/** A product's own mark of what came from outside: handlers know such writes by it. */
export const INBOUND = 'externaleventon';
const STOCK = 'stockeventon';
const MOST = 500;

interface Arrived {
  readonly id: string;
  readonly productnumber: string;
  readonly occurredon: string;
  readonly values: Row;
}

type Outcome = 'applied' | 'duplicate' | 'stale' | 'unknown-product';

/** The parameter's events; throws what is wrong with all of them. */
function eventsOf(context: OperationContext, read: (event: Row) => Row | string): readonly Arrived[] {
  const given: unknown = context.parameters['Events'];
  const list: readonly unknown[] = Array.isArray(given) ? given : [];
  const problems: string[] =
    list.length === 0 || list.length > MOST ? [`Events is a list of 1 to ${MOST} events.`] : [];
  const events = list.slice(0, MOST).flatMap((one, index): Arrived[] => {
    const event = (typeof one === 'object' && one !== null ? one : {}) as Row;
    const [id, productnumber] = [textOf(event['id']), textOf(event['productnumber'])];
    const when = textOf(event['occurredon']);
    const values = read(event);
    if (id === '' || id.length > 200) problems.push(`Event ${index}: id is the sender's own, at most 200 characters.`);
    else if (productnumber === '' || productnumber.length > 100)
      problems.push(`Event ${index}: productnumber is missing.`);
    else if (!/^\d{4}-\d\d-\d\dT/.test(when) || Number.isNaN(Date.parse(when))) {
      problems.push(`Event ${index}: occurredon is an instant, like 2026-11-22T10:00:00Z.`);
    } else if (typeof values === 'string') problems.push(`Event ${index}: ${values}`);
    else return [{ id, productnumber, occurredon: new Date(when).toISOString(), values }];
    return [];
  });
  if (problems.length > 0) {
    context.refuse(...problems.map((message) => ({ code: 'PARAMETER_INVALID', target: 'Events', message })));
  }
  return events;
}

function quoted(text: string): string {
  return `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
}

async function take(
  context: OperationContext,
  eventtype: string,
  mark: string,
  events: readonly Arrived[],
  make: boolean,
): Promise<readonly { readonly id: string; readonly outcome: Outcome }[]> {
  const { system } = context;
  await lockLink(context);
  const answers: { id: string; outcome: Outcome }[] = [];
  for (const { id, productnumber, occurredon, values } of events) {
    const [receipt] = await listRows(
      system,
      'integrationreceipt',
      `$select=eventid&$filter=eventid eq ${quoted(id)}&$top=1`,
    );
    if (receipt) {
      answers.push({ id, outcome: 'duplicate' });
      continue;
    }
    const [found] = await listRows(
      system,
      'product',
      `$select=productid,${mark}&$filter=productnumber eq ${quoted(productnumber)}&$top=1`,
    );
    const known = found?.[mark];
    const isOlder = typeof known === 'string' && Date.parse(known) > Date.parse(occurredon);
    let outcome: Outcome = isOlder ? 'stale' : 'applied';
    let product = typeof found?.['productid'] === 'string' ? found['productid'] : undefined;
    const written = { ...values, [mark]: occurredon, [INBOUND]: occurredon };
    if (product === undefined && make) {
      product = await system.create('product', { productnumber, name: productnumber, ...written });
    } else if (product === undefined) outcome = 'unknown-product';
    else if (!isOlder) {
      await system.update('product', product, written);
      await updateVersion(system, product, values);
    }
    // An event about a product that is not there yet may come again when it is.
    if (outcome !== 'unknown-product') {
      await system.create('integrationreceipt', {
        eventid: id,
        eventtype,
        outcome,
        occurredon,
        ...(product !== undefined && { recordid: product }),
      });
    }
    answers.push({ id, outcome });
  }
  return answers;
}

/** Exact; undefined where it is no number of what can be on hand. */
function amountOf(value: unknown): string | undefined {
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  if (!/^-?\d{1,12}(?:\.\d{1,10})?$/.test(String(value))) return undefined;
  return new Big(value).toFixed();
}

const putStock = defineOperation({
  name: 'catalog_PutStock',
  kind: 'action',
  parameters: [
    { name: 'Events', type: 'json', description: '[{id, productnumber, quantityonhand, occurredon}], at most 500' },
  ],
  returns: { type: 'json' },
  right: 'integrate',
  description: 'Answers [{id, outcome}]: applied, duplicate, stale (a newer one is known), unknown-product.',
  run(context) {
    const events = eventsOf(context, (event) => {
      const quantityonhand = amountOf(event['quantityonhand']);
      return quantityonhand === undefined ? 'quantityonhand is a number.' : { quantityonhand };
    });
    return take(context, 'stock', STOCK, events, false);
  },
});

const putProducts = defineOperation({
  name: 'catalog_PutProducts',
  kind: 'action',
  parameters: [
    {
      name: 'Events',
      type: 'json',
      description:
        '[{id, productnumber, occurredon, name, price, currentcost, standardcost, description}], at most 500',
    },
  ],
  returns: { type: 'json' },
  right: 'integrate',
  description: 'Products by their number, made where there is none (as a draft). Answers [{id, outcome}].',
  run(context) {
    const events = eventsOf(context, (event) => {
      const values: Record<string, unknown> = {};
      for (const name of ['name', 'description']) {
        if (typeof event[name] === 'string') values[name] = event[name];
      }
      for (const name of ['price', 'currentcost', 'standardcost']) {
        if ((event[name] ?? null) === null) continue;
        const amount = amountOf(event[name]);
        if (amount === undefined) return `${name} is a number.`;
        values[name] = amount;
      }
      return values;
    });
    return take(context, 'product', INBOUND, events, true);
  },
});

export const inboundOperations = [putStock, putProducts];
