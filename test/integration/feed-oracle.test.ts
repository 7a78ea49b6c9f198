// Change tracking against its oracle: whatever several sessions write at once, whoever follows delta links has in the end what
// a fresh query answers, and hears of no row that was never theirs to see.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Executor } from '../../core/db/sql.ts';
import type { Call } from '../../core/engine.ts';
import { create } from '../../core/records/create.ts';
import { remove } from '../../core/records/remove.ts';
import { update } from '../../core/records/update.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { share, unshare } from '../../core/security/sharing/shares.ts';
import { mayI } from '../../core/security/access.ts';
import { clearWorld, makeWorld, worldDocuments, worldEntities, writeWorld } from '../support/access-world.ts';
import { inputOf, testEngine, type TestEngine } from '../support/engine.ts';
import { afresh, feedClient, type FeedClient } from '../support/feed-client.ts';
import { modelOf } from '../support/model.ts';
import { random } from '../support/random.ts';

let world: TestEngine;
beforeAll(async () => void (world = await testEngine(worldEntities)));
afterAll(() => world.drop());

const filters = [
  '',
  '$filter=amount gt 4',
  "$select=name,kind&$filter=kind ne 3 and contains(name,'a')",
  '$select=name',
];

interface Session {
  executor: Executor | undefined;
  finish: (how: 'commit' | 'rollback') => Promise<void>;
}

test('a client that follows delta links has what a fresh query answers, whatever is written at once', async () => {
  const { engine } = world;
  let moves = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const made = makeWorld(seed, { units: 3, users: 5, teams: 3, roles: 4, rows: 60, shares: 25 });
      await clearWorld(engine.database, engine.schema);
      await writeWorld(engine.database, engine.schema, made);
      const model = await modelOf(worldDocuments(made));
      const from = random(seed + 1);
      const entityOf = (name: string) => {
        const found = model.entities.get(name);
        if (!found) throw new TypeError(name);
        return found;
      };
      const callOf = async (id: string): Promise<Call> => {
        const principal = await readPrincipal(engine.database, engine.schema, model, id);
        if (!principal) throw new TypeError(id);
        return { engine: { ...engine, model }, principal, requestId: 'test' };
      };
      const [first] = made.users;
      const writer: Call = { ...(await callOf(first?.id ?? '')) };
      const master: Call = { ...writer, principal: { ...writer.principal, roles: ['system-administrator'] } };

      const followers: { client: FeedClient; call: () => Promise<Call>; entity: string; query: string }[] = [];
      for (const user of made.users) {
        for (const name of ['dossier', 'leaf', 'task'] as const) {
          const call = () => callOf(user.id);
          if (!mayI((await call()).principal, model, 'read', name)) continue;
          const query = name === 'task' ? '' : from.pick(filters);
          followers.push({
            client: feedClient(call, entityOf(name), query, 1 + from.below(12)),
            call,
            entity: name,
            query,
          });
        }
      }
      await Promise.all(followers.map(({ client }) => client.follow()));

      const live = made.rows.map(({ id, entity }, index) => ({ id, entity, part: index % 4 }));
      const sessions: Session[] = [0, 1, 2].map(() => ({ executor: undefined, finish: async () => undefined }));
      const begin = (session: Session): Promise<void> =>
        new Promise((started) => {
          let release: (how: 'commit' | 'rollback') => void = () => undefined;
          const gate = new Promise<'commit' | 'rollback'>((resolve) => (release = resolve));
          const ended = engine.database
            .transaction(async (executor) => {
              session.executor = executor;
              started();
              if ((await gate) === 'rollback') throw new RangeError('taken back');
            })
            .catch((error: unknown) => {
              if (!(error instanceof RangeError)) throw error;
            });
          session.finish = async (how) => {
            release(how);
            await ended;
            session.executor = undefined;
          };
        });
      const rowOf = (part: number) => from.pick(live.filter((row) => row.part === part));
      const person = () => from.pick(made.users).id;
      /** One write of a random kind to a row of `part`; parts keep sessions from waiting for each other's rows. */
      const write = async (part: number, executor: Executor | undefined): Promise<void> => {
        const call: Call = executor ? { ...master, executor } : master;
        const row = rowOf(part);
        const entity = entityOf(row.entity);
        const own = row.entity === 'dossier' || row.entity === 'leaf';
        const kind = from.below(10);
        if (kind < 4) {
          const values = own
            ? from.pick<Record<string, unknown>>([
                { amount: from.below(10) },
                { kind: from.below(10) },
                { flag: from.chance(0.5) },
                { name: `Gamma ${from.below(50)}` },
              ])
            : { subject: `alpha ${from.below(50)}` };
          await update(call, entity, { id: row.id }, inputOf(values));
        } else if (kind < 6)
          await update(call, entity, { id: row.id }, inputOf({ ownerid: person() }, { ownerid: 'systemuser' }));
        else if (kind === 6) await share(call, entity, row.id, { principal: person(), rights: ['read'] });
        else if (kind === 7) {
          const [one] = await engine.database.query<{ principal: string }>(
            `select principal from org_default._share where record = $1 limit 1`,
            [row.id],
          );
          if (one) await unshare(call, entity, row.id, one.principal).catch(() => undefined);
        } else if (kind === 8 && executor === undefined) {
          // Rows below it change as well, whoever holds them.
          if (sessions.some((session) => session.executor)) return;
          live.splice(live.indexOf(row), 1);
          await remove(call, entity, { id: row.id });
        } else {
          const values = own ? { name: `beta ${from.below(50)}`, amount: from.below(10) } : { subject: 'beta' };
          const owner = inputOf({ ...values, ownerid: person() }, { ownerid: 'systemuser' });
          const { id } = await create(call, entity, owner);
          if (executor === undefined) live.push({ id, entity: row.entity, part });
          else if (row.entity === 'leaf') await update(call, entity, { id }, inputOf({ kind: 1 }));
        }
      };
      for (let step = 0; step < 70; step += 1) {
        const session = from.pick(sessions);
        const part = sessions.indexOf(session);
        const what = from.below(10);
        if (what < 3) {
          if (!session.executor) await begin(session);
          // What follows a savepoint is written under a number of its own.
          if (from.chance(0.4)) await session.executor?.transaction((inner) => write(part, inner));
          else await write(part, session.executor);
        } else if (what < 5) await session.finish(from.chance(0.8) ? 'commit' : 'rollback');
        else if (what < 7) await write(3, undefined);
        else if (what === 7 && followers.length > 0)
          await from.pick(followers).client.follow(() => write(3, undefined));
        else if (followers.length > 0) await from.pick(followers).client.follow();
      }
      for (const session of sessions) await session.finish('commit');
      for (const { client, call, entity, query } of followers) {
        await client.follow();
        const expected = await afresh(await call(), entityOf(entity), query);
        expect(Object.fromEntries([...client.rows].toSorted()), `${entity}?${query}`).toEqual(
          Object.fromEntries([...expected].toSorted()),
        );
        expect(client.begun).toBe(1);
        moves += client.removed.size;
      }
    }),
    { numRuns: 4 },
  );
  expect(moves).toBeGreaterThan(0);
}, 120_000);
