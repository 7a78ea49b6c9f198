import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../core/db/connect.ts';
import { databaseError } from '../../core/db/errors.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase({ max: 2 });
  await test.database.script('create table note (id integer primary key, body text)');
});
afterAll(() => test.drop());

describe('values', () => {
  it('keep every digit: numbers beyond double precision, dates and JSON travel as text', async () => {
    const [row] = await test.database.query(
      `select $1::numeric as exact, $2::bigint as big, $3::jsonb as json, $4::date as day, $5::timestamp as wall,
              $6::timestamptz as instant, $7::integer[] as list, $8::text[] as words, $9::boolean as no, $10::bytea as bytes,
              null as nothing`,
      [
        '12345678901234567890.123456789',
        '9007199254740993',
        '{"amount": 1.10}',
        '2026-03-21',
        '2026-03-21T02:30:00',
        '2026-03-21T10:00:00+03:30',
        [1, 2],
        ['a', 'b"c'],
        false,
        new Uint8Array([0, 255]),
      ],
    );
    expect(row).toEqual({
      exact: '12345678901234567890.123456789',
      big: '9007199254740993',
      json: '{"amount": 1.10}',
      day: '2026-03-21',
      wall: '2026-03-21 02:30:00',
      instant: '2026-03-21 06:30:00+00',
      list: [1, 2],
      words: ['a', 'b"c'],
      no: false,
      bytes: Buffer.from([0, 255]),
      nothing: null,
    });
  });

  it('say how many rows a statement touched', async () => {
    const result = await test.database.query('insert into note select g, $1 from generate_series(100, 104) g', [
      'many',
    ]);
    expect(result.count).toBe(5);
  });
});

describe('transactions', () => {
  it('roll back as a whole, and inside another only to where the inner one began', async () => {
    await expect(
      test.database.transaction(async (outer) => {
        await outer.query('insert into note values (1, $1)', ['outer']);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await test.database.transaction(async (outer) => {
      await outer.query('insert into note values (2, $1)', ['outer']);
      const inner = outer.transaction(async (executor) => {
        await executor.query('insert into note values (3, $1)', ['inner']);
        await executor.query('insert into note values (2, $1)', ['twice']);
      });
      await expect(inner).rejects.toThrow('duplicate key');
    });
    const kept = await test.database.query('select id from note where id < 100');
    expect([...kept]).toEqual([{ id: 2 }]);
  });

  it('wait for a free connection instead of opening more', async () => {
    const used = await Promise.all(
      Array.from({ length: 12 }, () =>
        test.database.transaction(async (executor) => {
          const [row] = await executor.query<{ pid: number }>('select pg_backend_pid() as pid');
          return row?.pid;
        }),
      ),
    );
    expect(new Set(used).size).toBeLessThanOrEqual(2);
  });

  it('on a connection that was cut end in a clear error, store nothing, and leave the pool working', async () => {
    const cut = test.database.transaction(async (executor) => {
      const [row] = await executor.query<{ pid: number }>(
        'insert into note values (50) returning pg_backend_pid() as pid',
      );
      await test.database.query('select pg_terminate_backend($1, 5000)', [row?.pid ?? 0]);
      await executor.query('insert into note values (51)');
    });
    await expect(cut).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', status: 503 });
    const left = await Promise.all(
      [1, 2, 3, 4].map(() => test.database.query('select id from note where id in (50, 51)')),
    );
    expect(left.map((rows) => rows.length)).toEqual([0, 0, 0, 0]);
  });
});

describe('prepared statements', () => {
  it('survive a change of the table, alone and inside a transaction', async () => {
    await test.database.script('create table shape (id integer); insert into shape values (1)');
    const statement = 'select * from shape where id = $1';
    const everywhere = (): Promise<unknown> => Promise.all([1, 2, 3, 4].map(() => test.database.query(statement, [1])));
    await everywhere();
    await test.database.script('alter table shape add column extra integer default 7');
    await everywhere();
    expect([...(await test.database.query(statement, [1]))]).toEqual([{ id: 1, extra: 7 }]);
    await test.database.script('alter table shape alter column extra type text');
    const inside = await test.database.transaction((executor) => executor.query(statement, [1]));
    expect([...inside]).toEqual([{ id: 1, extra: '7' }]);
  });
});

describe('errors', () => {
  it('of Postgres keep their state, table and constraint', async () => {
    const refused: unknown = await test.database
      .query('insert into note values (2), (2)')
      .catch((error: unknown) => error);
    expect(databaseError(refused)).toMatchObject({ code: '23505', table: 'note', constraint: 'note_pkey' });
  });

  it('of a statement whose column a publish has just taken away ask to repeat the request', async () => {
    const met: unknown = await test.database.query('select former from note').catch((error: unknown) => error);
    expect(met).toMatchObject({ code: 'SCHEMA_CHANGED', status: 503 });
    expect(databaseError(met)?.code).toBe('42703');
  });

  it('name a statement that ran too long', async () => {
    await using slow = await testDatabase({ statementTimeout: 50 });
    await expect(slow.database.query('select pg_sleep(5)')).rejects.toMatchObject({ code: 'DATABASE_TIMEOUT' });
  });

  // Statements given to the driver between a socket's error and its close were never answered.
  it('given right after a connection was reset are answered', async () => {
    const { hostname, port } = new URL(test.url);
    const sockets = new Set<Socket>();
    const between = createServer((socket) => {
      const onward = connect(Number(port), hostname);
      sockets.add(socket);
      socket.on('error', () => onward.destroy()).pipe(onward);
      onward.on('error', () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((listening) => between.listen(0, '127.0.0.1', listening));
    const url = new URL(test.url);
    url.port = String((between.address() as AddressInfo).port);
    const database = connectDatabase({ url: url.href, max: 1 });
    for (let round = 0; round < 5; round += 1) {
      const running = database.query('select pg_sleep(20)');
      await expect.poll(() => sockets.size).toBe(1);
      const next = running.catch(() => database.query<{ number: number }>('select 1 as number'));
      await new Promise((sent) => setTimeout(sent, 100));
      for (const socket of sockets) socket.resetAndDestroy();
      sockets.clear();
      expect([...(await next)]).toEqual([{ number: 1 }]);
    }
    await database.end();
    between.close();
  });

  it('say so when no database answers, or the address is none', async () => {
    const nowhere = connectDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', patience: 100 });
    await expect(nowhere.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', status: 503 });
    await nowhere.end();
    expect(() => connectDatabase({ url: 'localhost/peyvand' })).toThrow('not a URL such as postgres://');
  });

  it('after the end are refused at once', async () => {
    const ended = await testDatabase();
    await ended.drop();
    await expect(ended.database.query('select 1')).rejects.toMatchObject({ code: 'DATABASE_ENDED' });
  });
});

describe('notifications', () => {
  it('arrive, and go on after the connection was cut', async () => {
    const heard: string[] = [];
    let arrived = Promise.withResolvers<void>();
    const reconnected = Promise.withResolvers<void>();
    const stop = await test.database.listen(
      'news',
      (payload) => {
        heard.push(payload);
        arrived.resolve();
      },
      () => reconnected.resolve(),
    );
    await test.database.query('select pg_notify($1, $2)', ['news', 'first']);
    await arrived.promise;
    arrived = Promise.withResolvers();
    await test.database.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and query = 'listen "news"'`,
    );
    await reconnected.promise;
    await test.database.query('select pg_notify($1, $2)', ['news', 'second']);
    await arrived.promise;
    expect(heard).toEqual(['first', 'second']);
    await stop();
  });
});

describe('many different statements', () => {
  it('do not pile up in the database’s memory, and none of those that run meanwhile is lost', async () => {
    const held = new Set<number>();
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          test.database.query<{ sum: number }>(`select ${round * 200 + index} + $1::integer as sum`, [1]),
        ),
      );
      expect(answers.map(([row]) => row?.sum)).toEqual(answers.map((_, index) => round * 200 + index + 1));
      const [row] = await test.database.query<{ count: number }>(
        'select count(*)::integer as count from pg_prepared_statements',
      );
      held.add(row?.count ?? 0);
    }
    expect(Math.max(...held)).toBeLessThan(310);
  });
});
