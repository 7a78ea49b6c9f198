// What a rollup costs a write: the same rows made and changed through the engine in a table whose parent adds them up and in one
// whose parent does not, by turns, on a Postgres of its own. ROLLUP_WRITES (default 300) is the number in a round, ROLLUP_ROUNDS
// (default 9) that of rounds.
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { create } from '../../core/records/create.ts';
import { update } from '../../core/records/update.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { median } from './table.ts';

const writes = Number(process.env['ROLLUP_WRITES'] ?? 300);
const rounds = Number(process.env['ROLLUP_ROUNDS'] ?? 9);

const text: JsonObject = { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } };
const amount: JsonObject = { title: 'Amount', type: 'number', field: { type: 'decimal', precision: 2 } };

function entity(name: string, properties: Readonly<Record<string, JsonObject>>): JsonObject {
  return {
    title: name,
    type: 'object',
    entity: { set: `${name}s`, plural: name, ownership: 'user', primary: 'name' },
    properties: { name: text, ...properties },
  };
}

const child = (name: string, parent: string): JsonObject =>
  entity(name, {
    amount,
    parentid: {
      title: 'Parent',
      type: 'string',
      format: 'uuid',
      field: { type: 'lookup', target: parent, relation: { name: `${name}_parent`, delete: 'remove-link' } },
    },
  });

/** Documents of the two tables that are compared. */
export const rollupDocuments: Readonly<Record<string, JsonObject>> = {
  'x_plain/entity': entity('x_plain', {}),
  'x_plain_row/entity': child('x_plain_row', 'x_plain'),
  'x_rolled/entity': entity('x_rolled', {
    total: {
      title: 'Total',
      type: 'number',
      readOnly: true,
      field: { type: 'rollup', of: 'x_rolled_row_parent', sum: 'amount', where: 'statecode = 0' },
    },
  }),
  'x_rolled_row/entity': child('x_rolled_row', 'x_rolled'),
};

export interface RollupFigures {
  /** Milliseconds of one write, median over the rounds, and how many times as long it takes with a rollup. */
  readonly [write: string]: { readonly plain: number; readonly rolled: number; readonly ratio: number };
}

/** `call`: an engine whose organization has `rollupDocuments`. Each round writes to 20 parents in turn, one write after the other. */
export async function benchRollup(call: Call): Promise<RollupFigures> {
  const of = (name: string): Entity => {
    const found = call.engine.model.entities.get(name);
    if (!found) throw new TypeError(`the model has no entity ${name}`);
    return found;
  };
  const sides = ['plain', 'rolled'] as const;
  const parents = new Map<string, string[]>();
  const times: Record<string, Record<(typeof sides)[number], number[]>> = {};
  for (const side of sides) {
    const made: string[] = [];
    for (let n = 0; n < 20; n++) made.push((await create(call, of(`x_${side}`), input({ name: `${n}` }))).id);
    parents.set(side, made);
  }
  const time = async (write: string, side: (typeof sides)[number], work: () => Promise<void>): Promise<void> => {
    const began = performance.now();
    await work();
    times[write] ??= { plain: [], rolled: [] };
    times[write][side].push((performance.now() - began) / writes);
  };
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const row = of(`x_${side}_row`);
      const ids: string[] = [];
      const mine = parents.get(side) ?? [];
      const create1 = async (): Promise<void> => {
        for (let n = 0; n < writes; n++) {
          const values = { name: `row ${n}`, amount: n, parentid: mine[n % mine.length] };
          ids.push((await create(call, row, { ...input(values), targets: { parentid: `x_${side}` } })).id);
        }
      };
      const change = (values: (n: number) => Readonly<Record<string, unknown>>) => async (): Promise<void> => {
        for (const [n, id] of ids.entries()) await update(call, row, { id }, input(values(n)));
      };
      const works = {
        create: create1,
        'update of what is rolled up': change((n) => ({ amount: n + 1 })),
        'update of something else': change((n) => ({ name: `other ${n}` })),
      };
      // The first round is for warming up.
      for (const [name, work] of Object.entries(works)) await (round === 0 ? work() : time(name, side, work));
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([write, { plain, rolled }]) => {
      const [a, b] = [median(plain), median(rolled)];
      const ratios = rolled.map((one, index) => one / (plain[index] ?? one));
      return [write, { plain: round3(a), rolled: round3(b), ratio: round3(median(ratios)) }];
    }),
  );
}

function input(values: Readonly<Record<string, unknown>>) {
  return { values, targets: {}, exact: {} };
}

const round3 = (value: number): number => Math.round(value * 1_000) / 1_000;
