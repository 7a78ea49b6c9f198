// Lets people of a world try to create, change, assign, link and delete rows through the ordinary operations, and compares
// what is allowed with the oracle (access-world.ts). What succeeds changes the world as well.
import type { Call, Engine } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { create } from '../../core/records/create.ts';
import { remove } from '../../core/records/remove.ts';
import { update } from '../../core/records/update.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { may, makeRow, type Privilege, type Row, type World } from './access-world.ts';
import type { Random } from './random.ts';

export interface Acted {
  readonly allowed: number;
  readonly refused: number;
  /** What differs from the oracle, in words. */
  readonly differences: readonly string[];
}

/** Codes of a refusal for want of rights, a row that is not known of included. */
const refusals = new Set(['PRIVILEGE_MISSING', 'ROW_PRIVILEGE_MISSING', 'RECORD_NOT_FOUND', 'RECORD_INVALID']);

interface Act {
  readonly what: string;
  readonly row: Row;
  readonly isExpected: boolean;
  run(call: Call): Promise<unknown>;
  /** Does to the world what the act did to the database. */
  follow(): void;
}

/** The world's rows stand in the engine's database. */
export async function actInWorld(engine: Engine, world: World, random: Random, acts: number): Promise<Acted> {
  const count = { allowed: 0, refused: 0 };
  const differences: string[] = [];
  const principals = new Map<string, Call['principal']>();
  for (let index = 0; index < acts; index += 1) {
    const user = random.pick(world.users);
    const principal =
      principals.get(user.id) ?? (await readPrincipal(engine.database, engine.schema, engine.model, user.id));
    if (!principal) throw new Error(`user ${user.id} is not in the database`);
    principals.set(user.id, principal);
    const act = makeAct(engine, world, random, user);
    if (!act) continue;
    const code = await act.run({ engine, principal }).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof PeyvandError && refusals.has(error.code)) return error.code;
        throw new Error(`${act.what} failed`, { cause: error });
      },
    );
    const isKnown = may(world, user, 'read', act.row) || may(world, user, 'write', act.row);
    if ((code === undefined) !== act.isExpected) {
      differences.push(
        `${act.what} by ${user.id}: ${act.isExpected ? `allowed by the oracle, ${code}` : 'refused by the oracle, done'}`,
      );
    } else if (code === 'ROW_PRIVILEGE_MISSING' && !act.what.startsWith('creation') && !isKnown) {
      differences.push(`${act.what} by ${user.id}: told of a row that they may not know of`);
    }
    if (code === undefined) act.follow();
    count[code === undefined ? 'allowed' : 'refused'] += 1;
  }
  return { ...count, differences };
}

function makeAct(engine: Engine, world: World, random: Random, user: World['users'][number]): Act | undefined {
  const own = world.rows.filter((row) => row.entity === 'dossier' || row.entity === 'leaf');
  const row = random.pick(own);
  const entity = entityOf(engine, row.entity);
  const allowed = (...asked: readonly Privilege[]) => asked.every((privilege) => may(world, user, privilege, row));
  const write = (
    what: string,
    values: Record<string, unknown>,
    targets: Record<string, string>,
    isExpected: boolean,
    change: Partial<Row>,
  ): Act => ({
    what: `${what} of ${row.entity} ${row.id}`,
    row,
    isExpected,
    run: (call) => update(call, entity, { id: row.id }, { values, targets, exact: {} }),
    follow: () => void Object.assign(row, change),
  });
  switch (random.below(6)) {
    case 0:
    case 1: {
      const amount = random.below(10);
      return write('change', { amount }, {}, allowed('write'), { amount });
    }
    case 2: {
      const owners = world.teams.filter((team) => !team.isAccess);
      const isTeam = owners.length > 0 && random.chance(0.4);
      const owner = isTeam ? random.pick(owners) : random.pick(world.users);
      const ownerKind = isTeam ? 'team' : 'systemuser';
      const change = { owner: owner.id, ownerKind, unit: owner.unit } as const;
      return write('assignment', { ownerid: owner.id }, { ownerid: ownerKind }, allowed('write', 'assign'), change);
    }
    case 3: {
      const above = random.pick(own.filter((one) => one.entity === 'dossier'));
      if (above === row) return undefined;
      const lookup = row.entity === 'dossier' ? 'parentid' : 'dossierid';
      const isExpected = allowed('write', 'append') && may(world, user, 'append-to', above);
      return write(`link to ${above.id}`, { [lookup]: above.id }, {}, isExpected, { parent: above.id });
    }
    case 4:
      if (row.entity !== 'leaf') return undefined;
      return {
        what: `deletion of leaf ${row.id}`,
        row,
        isExpected: allowed('delete'),
        run: (call) => remove(call, entity, { id: row.id }),
        follow() {
          world.rows.splice(world.rows.indexOf(row), 1);
          world.byId.delete(row.id);
        },
      };
    default:
      return makeCreation(engine, world, random, user);
  }
}

function makeCreation(engine: Engine, world: World, random: Random, user: World['users'][number]): Act | undefined {
  const drawn = makeRow(random, world);
  if (drawn.entity !== 'dossier' && drawn.entity !== 'leaf') return undefined;
  const isOther = random.chance(0.4);
  const owner = isOther ? drawn.owner : user.id;
  const unit = [...world.users, ...world.teams].find((one) => one.id === owner)?.unit ?? '';
  const row: Row = {
    ...drawn,
    owner,
    ownerKind: isOther ? drawn.ownerKind : 'systemuser',
    unit,
    secret: null,
    iban: null,
  };
  const { id, name, amount, kind, flag, parent } = row;
  const lookup = row.entity === 'dossier' ? 'parentid' : 'dossierid';
  const above = parent === undefined ? undefined : world.byId.get(parent);
  const asked: readonly Privilege[] = [
    'create',
    ...(owner !== user.id ? (['assign'] as const) : []),
    ...(above ? (['append'] as const) : []),
  ];
  const values = {
    name,
    amount,
    kind,
    flag,
    ...(isOther && { ownerid: owner }),
    ...(above && { [lookup]: above.id }),
  };
  return {
    what: `creation of ${row.entity} for ${owner} below ${above?.id}`,
    row,
    isExpected:
      asked.every((privilege) => may(world, user, privilege, row)) &&
      (above === undefined || may(world, user, 'append-to', above)),
    run: (call) =>
      create(
        call,
        entityOf(engine, row.entity),
        { values, targets: isOther ? { ownerid: row.ownerKind } : {}, exact: {} },
        { id },
      ),
    follow() {
      world.rows.push(row);
      world.byId.set(id, row);
    },
  };
}

function entityOf(engine: Engine, name: string): Entity {
  const entity = engine.model.entities.get(name);
  if (!entity) throw new Error(`the model has no ${name}`);
  return entity;
}
