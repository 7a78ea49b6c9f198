// Random sequences of writes against a slow, obvious reading of the same rules in memory; and the audit log, played back,
// gives the rows.
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import { readBody } from '../../../core/records/read-body.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { voyage } from '../../support/voyage.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine(voyage);
});
afterAll(() => world.drop());

/** A decimal as its source text: sign, digits, up to ten decimals. */
const decimal = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 99_999_999_999n }), fc.stringMatching(/^\d{0,10}$/))
  .map(([negative, whole, rest]) => `${negative ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`);
const fields = fc.record(
  {
    new_name: fc.oneof(
      fc.constant(null),
      fc.constant(''),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    ),
    new_crew: fc.oneof(fc.constant(null), fc.integer({ min: -1, max: 5001 })),
    new_draught: fc.oneof(fc.constant(null), decimal),
    new_imo: fc.oneof(fc.constant(null), fc.constantFrom('A', 'B', 'C')),
    statuscode: fc.constantFrom(1, 2, 3, 4),
  },
  { requiredKeys: [] },
);
type Fields = typeof fields extends fc.Arbitrary<infer T> ? T : never;
const slot = fc.nat({ max: 3 });
const command = fc.oneof(
  fc.record({ do: fc.constant('create' as const), ship: slot, fields }),
  fc.record({ do: fc.constant('update' as const), ship: slot, fields }),
  fc.record({ do: fc.constant('upsert' as const), imo: fc.constantFrom('A', 'B', 'C'), fields }),
  fc.record({ do: fc.constant('remove' as const), ship: slot }),
  fc.record({ do: fc.constant('lead' as const), ship: slot, by: slot }),
  fc.record({ do: fc.constant('load' as const), ship: slot, bond: fc.boolean() }),
  fc.record({ do: fc.constant('link' as const), ship: slot, port: fc.nat({ max: 1 }), on: fc.boolean() }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

interface Ship {
  new_name: string | null;
  new_crew: number | null;
  new_draught: string | null;
  new_imo: string | null;
  statuscode: number;
  fleet: string | null;
}

const to: Readonly<Record<number, readonly number[] | undefined>> = { 1: [2], 2: [1, 3], 3: undefined, 4: [] };
const plain = (text: string | null) => {
  if (text === null) return null;
  const trimmed = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const bare = trimmed.replace(/^(-?)0+(?=\d)/, '$1');
  return bare === '-0' ? '0' : bare;
};

/** What the rules say, said slowly. Answers 'ok' or the error's code. */
class Oracle {
  readonly ships = new Map<string, Ship>();
  readonly cargo = new Map<string, { ship: string | null; bond: string | null }>();
  readonly links = new Set<string>();

  invalid(given: Fields, creating: boolean, current?: Ship): boolean {
    const name = given.new_name;
    if (creating ? (name ?? null) === null : name === null) return true;
    const { new_crew: crew, new_draught: draught } = given;
    if (typeof crew === 'number' && (crew < 1 || crew > 5000)) return true;
    if (typeof draught === 'string' && Number(draught) > 100_000_000_000) return true;
    const next = given.statuscode;
    if (current && next !== undefined && next !== current.statuscode) {
      const allowed = to[current.statuscode];
      if (allowed && !allowed.includes(next)) return true;
    }
    return false;
  }
  taken(given: Fields, self: string | undefined): boolean {
    return (
      typeof given.new_imo === 'string' &&
      [...this.ships].some(([id, ship]) => id !== self && ship.new_imo === given.new_imo)
    );
  }
  create(id: string, given: Fields): string {
    if (this.invalid(given, true)) return 'RECORD_INVALID';
    if (this.ships.has(id) || this.taken(given, id)) return 'KEY_TAKEN';
    this.ships.set(id, {
      new_name: null,
      new_crew: 12,
      new_draught: null,
      new_imo: null,
      statuscode: 1,
      fleet: null,
      ...given,
    });
    return 'ok';
  }
  update(id: string, given: Fields): string {
    if (this.invalid(given, false)) return 'RECORD_INVALID';
    const ship = this.ships.get(id);
    if (!ship) return 'RECORD_NOT_FOUND';
    if (this.invalid(given, false, ship)) return 'RECORD_INVALID';
    if (this.taken(given, id)) return 'KEY_TAKEN';
    Object.assign(ship, given);
    return 'ok';
  }
  remove(id: string): string {
    if (!this.ships.has(id)) return 'RECORD_NOT_FOUND';
    const doomed = new Set([id]);
    for (let size = 0; size !== doomed.size;) {
      size = doomed.size;
      for (const [other, ship] of this.ships) if (ship.fleet !== null && doomed.has(ship.fleet)) doomed.add(other);
    }
    const below = [...this.cargo].filter(([, one]) => one.ship !== null && doomed.has(one.ship)).map(([key]) => key);
    const held = [...this.cargo].some(
      ([key, one]) => one.bond !== null && doomed.has(one.bond) && !below.includes(key),
    );
    if (held) return 'DELETE_RESTRICTED';
    for (const key of below) this.cargo.delete(key);
    for (const one of doomed) this.ships.delete(one);
    for (const link of this.links) if (doomed.has(link.split(' ')[0] ?? '')) this.links.delete(link);
    return 'ok';
  }
  lead(id: string, by: string): string {
    const ship = this.ships.get(id);
    if (!ship) return 'RECORD_NOT_FOUND';
    for (let at: string | null = by; at !== null; at = this.ships.get(at)?.fleet ?? null)
      if (at === id) return 'RECORD_INVALID';
    if (!this.ships.has(by)) return 'RECORD_INVALID';
    ship.fleet = by;
    return 'ok';
  }
}

const json = (given: Fields): string => {
  const { new_draught: draught, ...rest } = given;
  const text = JSON.stringify(rest);
  if (draught === undefined) return text;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"new_draught":${draught === null ? 'null' : draught.replace(/^(-?)0+(?=\d)/, '$1')}}`;
};

const id = (n: number) => `0197a1b2-3c4d-7e5f-8a9b-00000000000${n}`;
const order = (a: readonly unknown[], b: readonly unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1);

async function run(commands: readonly Command[]): Promise<void> {
  const { call } = world;
  const [ship, cargo, port] = [world.entity('new_ship'), world.entity('new_cargo'), world.entity('new_port')];
  await world.engine.database.script(
    'truncate org_default.new_ship, org_default.new_cargo, org_default.new_port, org_default.new_ship_ports',
  );
  const [begun] = await world.rows<{ at: string }>('select clock_timestamp() as at');
  const oracle = new Oracle();
  const ports = [id(8), id(9)];
  for (const one of ports) await create(call, port, inputOf({ new_portid: one, new_name: 'P' }));

  for (const one of commands) {
    let expected = 'ok';
    const work = async (): Promise<unknown> => {
      switch (one.do) {
        case 'create':
          expected = oracle.create(id(one.ship), one.fields);
          return create(call, ship, await readBody(call, ship, json(one.fields)), { id: id(one.ship) });
        case 'update':
          expected = oracle.update(id(one.ship), one.fields);
          return update(call, ship, { id: id(one.ship) }, await readBody(call, ship, json(one.fields)));
        case 'upsert': {
          const given: Fields = { ...one.fields };
          delete given.new_imo;
          const found = [...oracle.ships].find(([, row]) => row.new_imo === one.imo)?.[0];
          if (found) expected = oracle.update(found, given);
          else expected = oracle.invalid(given, true) ? 'RECORD_INVALID' : 'ok';
          const done = await upsert(call, ship, { key: { new_imo: one.imo } }, await readBody(call, ship, json(given)));
          if (!found) oracle.create(done.id, { ...given, new_imo: one.imo });
          return done;
        }
        case 'remove':
          expected = oracle.remove(id(one.ship));
          return remove(call, ship, { id: id(one.ship) });
        case 'lead':
          expected = oracle.lead(id(one.ship), id(one.by));
          return update(call, ship, { id: id(one.ship) }, inputOf({ new_fleet: id(one.by) }));
        case 'load': {
          expected = oracle.ships.has(id(one.ship)) ? 'ok' : 'RECORD_INVALID';
          const field = one.bond ? 'new_bond' : 'new_ship';
          const made = await create(call, cargo, inputOf({ new_label: 'c', [field]: id(one.ship) }));
          oracle.cargo.set(made.id, { ship: one.bond ? null : id(one.ship), bond: one.bond ? id(one.ship) : null });
          return made;
        }
        case 'link': {
          const there = oracle.ships.has(id(one.ship));
          const target = ports[one.port] ?? '';
          expected = there ? 'ok' : 'RECORD_NOT_FOUND';
          if (there) oracle.links[one.on ? 'add' : 'delete'](`${id(one.ship)} ${target}`);
          return (one.on ? associate : disassociate)(call, ship, { id: id(one.ship) }, 'new_ship_ports', {
            id: target,
          });
        }
      }
    };
    let found = 'ok';
    try {
      await work();
    } catch (error) {
      if (!(error instanceof PeyvandError)) throw error;
      found = error.code;
    }
    expect([one, found]).toEqual([one, expected]);
  }

  const rows = await world.rows<Record<string, unknown>>(
    `select *, new_draught::text as draught from org_default.new_ship`,
  );
  const seen = rows.map((row) => [
    row['new_shipid'],
    row['new_name'],
    row['new_crew'],
    plain(row['draught'] as string | null),
    row['new_imo'],
    row['statuscode'],
    row['new_fleet'],
  ]);
  const wanted = [...oracle.ships].map(([key, one]) => [
    key,
    one.new_name,
    one.new_crew,
    plain(one.new_draught),
    one.new_imo,
    one.statuscode,
    one.fleet,
  ]);
  expect(seen.toSorted(order)).toEqual(wanted.toSorted(order));
  const links = await world.rows<{ link: string }>(
    `select new_shipid || ' ' || new_portid as link from org_default.new_ship_ports`,
  );
  expect(links.map((one) => one.link).toSorted()).toEqual([...oracle.links].toSorted());
  const loads = await world.rows<{ id: string }>(`select new_cargoid as id from org_default.new_cargo`);
  expect(loads.map((one) => one.id).toSorted()).toEqual([...oracle.cargo.keys()].toSorted());
  await playBack(begun?.at ?? '');
}

/** Every row of the ships' and cargo's tables as the log alone tells it. */
async function playBack(since: string): Promise<void> {
  const owners = await world.rows<{ id: string; unit: string }>(
    `select systemuserid as id, businessunitid as unit from org_default.systemuser
      union all select teamid, businessunitid from org_default.team`,
  );
  const unitOf = new Map(owners.map(({ id, unit }) => [id, unit]));
  for (const name of ['new_ship', 'new_cargo']) {
    const key = `${name}id`;
    const told = new Map<string, Record<string, unknown>>();
    const log = await world.rows<{ record: string; action: string; changes: string }>(
      `select record, action, changes from org_default._audit where entity = '${name}' and action in ('create', 'update', 'delete') and at > $1::timestamptz order by at, id`,
      [since],
    );
    for (const step of log) {
      const row = told.get(step.record) ?? {};
      for (const [field, [old, next]] of Object.entries(
        JSON.parse(step.changes) as Record<string, [unknown, unknown]>,
      )) {
        if (step.action === 'update') expect(row[field] ?? null).toEqual(old);
        row[field] = next;
      }
      // A new row's unit is its owner's; the log tells what comes later.
      if (step.action === 'create') row['owningbusinessunit'] ??= unitOf.get(String(row['ownerid'])) ?? null;
      if (step.action === 'delete') told.delete(step.record);
      else told.set(step.record, row);
    }
    const unlogged = [...world.entity(name).fields.values()]
      .filter(
        (field) =>
          !field.audit ||
          ['createdon', 'createdby', 'modifiedon', 'modifiedby', 'versionnumber', key].includes(field.name),
      )
      .flatMap((field) => field.columns.map((column) => column.name));
    const rows = await world.rows<{ id: string; row: string }>(
      `select ${key} as id, (jsonb_strip_nulls(to_jsonb(t)) - $1::text[])::text as row from org_default.${name} t`,
      [unlogged],
    );
    const now = new Map(rows.map((one) => [one.id, JSON.parse(one.row) as unknown]));
    const played = new Map(
      [...told].map(([id, row]) => [id, Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))]),
    );
    expect(played).toEqual(now);
  }
}

test('any sequence of writes leaves what the rules say, and a log that leads there', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 14 }), run), {
    numRuns: Number(process.env['PEYVAND_RUNS'] ?? 60),
  });
});
