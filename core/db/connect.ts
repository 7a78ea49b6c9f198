// The pool on postgres.js. Each slot is a client with one connection, so that it is always known whose connection was lost:
// a transaction on a lost connection ends in a clear error and can never go on, half done, on a fresh one.
import postgres from 'postgres';
import type { PeyvandError } from '../sdk/index.ts';
import { databaseError, fail } from './errors.ts';
import { ident } from './identifier.ts';
import type { Database, Executor, Parameter, Planned, Result } from './sql.ts';

export interface ConnectOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Connections in the pool. Default 8; more than the database has cores for gains nothing. */
  readonly max?: number;
  /** Milliseconds a pooled statement may run. Default 30,000; 0 = no limit. */
  readonly statementTimeout?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** Milliseconds a statement waits for a database that refuses connections (restarting). Default 5,000. */
  readonly patience?: number;
}

/** One connection. `generation` grows when it is lost; `waiting` statements none: a slot runs one piece of work at a time. */
interface Slot {
  client: postgres.Sql;
  generation: number;
  readonly renew: () => void;
  /** Statements that the connection has prepared. */
  readonly prepared: Set<string>;
}

/**
 * A connection keeps every statement it has prepared, some 50 KB each, for as long as it lives. One that has met more texts
 * than this is replaced, so that callers who make up ever new queries do not fill the database's memory.
 */
const MOST_PREPARED = 300;

const text = { parse: (value: string) => value, serialize: (value: unknown) => String(value) };

/** Everything travels as text unless a JavaScript value says the same exactly (see sql.ts). */
const TYPES = {
  bigint: { to: 20, from: [20], ...text },
  numeric: { to: 1700, from: [1700], ...text },
  date: { to: 1082, from: [1082], ...text },
  timestamp: { to: 1114, from: [1114], ...text },
  timestamptz: { to: 1184, from: [1184], ...text },
  json: { to: 114, from: [114], ...text },
  jsonb: { to: 3802, from: [3802], ...text },
  boolean: {
    to: 16,
    from: [16],
    parse: (value: string) => value === 't',
    serialize: (value: unknown) => String(value),
  },
};

/** Errors of a connection that was never made: the statement certainly did not run. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOENT', 'CONNECT_TIMEOUT', 'EAI_AGAIN', '57P03', '53300']);
/** Errors of a connection lost on the way: the statement may have run. */
const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  '57P01',
  '57P02',
  '57P05',
  '25P03',
]);

const CONNECTION_LOST = 'the connection was lost';

/** Opens a pool; connections are made when first needed. */
export function connectDatabase(options: ConnectOptions): Database {
  const max = options.max ?? 8;
  const statementTimeout = options.statementTimeout ?? 30_000;
  const patience = options.patience ?? 5_000;
  checkUrl(options.url);

  const free: Slot[] = [];
  const waiting: ((slot: Slot | PeyvandError) => void)[] = [];
  const extra = new Set<postgres.Sql>();
  const slots = new Set<Slot>();
  let ending: Promise<void> | undefined;

  function open(
    timeout: number,
    hooks: { onclose?: () => void; onnotify?: (channel: string, payload: string) => void },
  ) {
    const settings = {
      max: 1,
      idle_timeout: 0,
      max_lifetime: null,
      connect_timeout: 5,
      backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 1),
      prepare: true,
      fetch_types: true,
      onnotice: () => undefined,
      types: TYPES,
      connection: {
        application_name: options.applicationName ?? 'peyvand',
        TimeZone: 'UTC',
        DateStyle: 'ISO, YMD',
        statement_timeout: timeout,
        idle_in_transaction_session_timeout: timeout === 0 ? 0 : 60_000,
        client_min_messages: 'warning',
      },
      ...hooks,
    };
    return postgres(options.url, settings as unknown as postgres.Options<Record<string, postgres.PostgresType>>);
  }

  function openSlot(timeout: number): Slot {
    const connected = (): postgres.Sql => {
      const client = open(timeout, {
        onclose: () => {
          if (slot.client === client) slot.generation += 1;
        },
      });
      return client;
    };
    const slot: Slot = {
      client: connected(),
      generation: 0,
      renew: () => renew(slot, connected),
      prepared: new Set(),
    };
    return slot;
  }

  /**
   * A new client for a slot whose connection was lost or holds enough. Lost: a statement given to the old one between the socket's error and its
   * close is written to a dead socket and never answered (the driver forgets it).
   */
  function renew(slot: Slot, connected: () => postgres.Sql): void {
    const lost = slot.client;
    slot.client = connected();
    slot.generation += 1;
    slot.prepared.clear();
    if (extra.delete(lost)) extra.add(slot.client);
    void lost.end({ timeout: 0 }).catch(() => undefined);
  }

  async function onSlot<T>(slot: Slot, work: (client: postgres.Sql) => Promise<T>): Promise<T> {
    try {
      return await work(slot.client);
    } catch (error) {
      if (LOST.has(codeOf(error)) && !ending) slot.renew();
      throw error;
    }
  }

  function ask<Row>(
    slot: Slot,
    statement: string,
    parameters: readonly Parameter[],
    planned: Planned,
  ): Promise<Result<Row>> {
    if (planned === 'once') slot.prepared.add(statement);
    return onSlot(slot, (client) => run<Row>(client, statement, parameters, planned));
  }

  function take(): Slot | Promise<Slot> {
    if (ending) throw fail('DATABASE_ENDED');
    const slot = free.pop();
    if (slot) return slot;
    if (slots.size < max) {
      const made = openSlot(statementTimeout);
      slots.add(made);
      return made;
    }
    return new Promise((resolve, reject) => {
      waiting.push((given) => ('client' in given ? resolve(given) : reject(given)));
    });
  }

  function give(slot: Slot): void {
    if (slot.prepared.size > MOST_PREPARED && !ending) slot.renew();
    const next = waiting.shift();
    if (next) next(slot);
    else free.push(slot);
  }

  /** Waits out a database that is just starting; anything else is translated and thrown. */
  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + patience;
    for (let pause = 25; ; pause = Math.min(pause * 2, 500)) {
      try {
        return await work();
      } catch (error) {
        if (!ending && NOT_SENT.has(codeOf(error)) && performance.now() + pause < deadline) {
          await new Promise((resolve) => setTimeout(resolve, pause));
          continue;
        }
        throw translate(error, statementTimeout);
      }
    }
  }

  async function query<Row>(
    statement: string,
    parameters: readonly Parameter[] = [],
    planned: Planned = 'once',
  ): Promise<Result<Row>> {
    const slot = await take();
    try {
      return await attempt(() => ask<Row>(slot, statement, parameters, planned));
    } finally {
      give(slot);
    }
  }

  async function script(statements: string): Promise<void> {
    const slot = await take();
    try {
      await attempt(() => onSlot(slot, (client) => runScript(client, statements)));
    } finally {
      give(slot);
    }
  }

  /** The executor of one connection; every statement is refused once that connection was lost. */
  function onConnection(slot: Slot, limit: number): Executor {
    // The connection is made by its first statement, so losses count only from then on.
    let generation: number | undefined;
    let savepoints = 0;
    let depth = 0;

    async function guarded<T>(work: () => Promise<T>): Promise<T> {
      if (generation !== undefined && generation !== slot.generation) {
        throw fail('DATABASE_UNAVAILABLE', { reason: CONNECTION_LOST });
      }
      if (generation !== undefined) {
        try {
          return await work();
        } catch (error) {
          throw translate(error, limit);
        }
      }
      const result = await attempt(work);
      generation ??= slot.generation;
      return result;
    }

    const executor: Executor = {
      query: (statement, parameters = [], planned = 'once') => guarded(() => ask(slot, statement, parameters, planned)),
      script: (statements) => guarded(() => onSlot(slot, (client) => runScript(client, statements))),
      async transaction(work) {
        const savepoint = depth > 0 ? ident(`s${(savepoints += 1)}`) : undefined;
        await executor.script(savepoint ? `savepoint ${savepoint}` : 'begin');
        depth += 1;
        let result;
        try {
          result = await work(executor);
        } catch (error) {
          depth -= 1;
          // On a lost connection the server has rolled back already; the first error says more than this one's failure.
          await executor
            .script(savepoint ? `rollback to savepoint ${savepoint}; release savepoint ${savepoint}` : 'rollback')
            .catch(() => undefined);
          throw error;
        }
        depth -= 1;
        await executor.script(savepoint ? `release savepoint ${savepoint}` : 'commit');
        return result;
      },
    };
    return executor;
  }

  return {
    query,
    script,
    async transaction(work) {
      for (let attempts = 1; ; attempts += 1) {
        const slot = await take();
        try {
          return await onConnection(slot, statementTimeout).transaction(work);
        } catch (error) {
          // A statement prepared before a publish may not survive it. Outside a transaction the driver prepares it again by
          // itself; here the whole transaction was rolled back and begins anew.
          if (isStalePlan(error) && attempts < 5) continue;
          throw error;
        } finally {
          give(slot);
        }
      }
    },
    async reserve(work) {
      if (ending) throw fail('DATABASE_ENDED');
      const slot = openSlot(0);
      extra.add(slot.client);
      try {
        return await work(onConnection(slot, 0));
      } finally {
        extra.delete(slot.client);
        await slot.client.end({ timeout: 1 });
      }
    },
    async listen(channel, onPayload, onReconnect) {
      let stopped = false;
      const command = `listen ${ident(channel)}`;
      const client = open(0, {
        onclose: () => void relisten(),
        onnotify: (name, payload) => {
          if (name === channel) onPayload(payload);
        },
      });
      extra.add(client);
      let established = false;
      let relistening = false;
      async function relisten(): Promise<void> {
        if (!established || relistening) return;
        relistening = true;
        for (let pause = 50; !stopped && !ending; pause = Math.min(pause * 2, 2_000)) {
          await new Promise((resolve) => setTimeout(resolve, pause));
          if (stopped || ending) break;
          const done = await client
            .unsafe(command)
            .simple()
            .then(
              () => true,
              () => false,
            );
          if (!done) continue;
          relistening = false;
          onReconnect?.();
          return;
        }
        relistening = false;
      }
      await attempt(async () => {
        await client.unsafe(command).simple();
      });
      established = true;
      return async () => {
        stopped = true;
        extra.delete(client);
        await client.end({ timeout: 1 });
      };
    },
    end() {
      ending ??= (async () => {
        for (const refuse of waiting.splice(0)) refuse(fail('DATABASE_ENDED'));
        const clients = [...[...slots].map((slot) => slot.client), ...extra];
        await Promise.all(clients.map((client) => client.end({ timeout: 5 })));
      })();
      return ending;
    },
  };
}

async function run<Row>(
  client: postgres.Sql,
  statement: string,
  parameters: readonly Parameter[],
  planned: Planned,
): Promise<Result<Row>> {
  const options = { prepare: planned === 'once', simple: false } as { prepare: boolean };
  const rows = await client.unsafe(statement, parameters as unknown as postgres.ParameterOrJSON<never>[], options);
  return rows as unknown as Result<Row>;
}

async function runScript(client: postgres.Sql, statements: string): Promise<void> {
  await client.unsafe(statements).simple();
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** "cached plan must not change result type" */
function isStalePlan(error: unknown): boolean {
  const raised = databaseError(error);
  return raised?.code === '0A000' && raised.message.includes('cached plan');
}

function translate(error: unknown, limit: number): unknown {
  const code = codeOf(error);
  if (NOT_SENT.has(code) || LOST.has(code)) {
    return fail('DATABASE_UNAVAILABLE', { reason: reasonOf(code) }, { cause: error });
  }
  // Every statement is made from a model that has its tables: one that misses a column or table met a newer one.
  if (code === '42703' || code === '42P01') return fail('SCHEMA_CHANGED', {}, { cause: error });
  if (code === 'CONNECTION_ENDED') return fail('DATABASE_ENDED', {}, { cause: error });
  if (code === '57014' && limit > 0 && error instanceof Error && error.message.includes('statement timeout')) {
    return fail('DATABASE_TIMEOUT', { limit }, { cause: error });
  }
  return error;
}

function reasonOf(code: string): string {
  if (code === '53300') return 'it has no connection to spare';
  if (code === '57P03') return 'it is starting or stopping';
  return NOT_SENT.has(code) ? 'no connection could be made' : CONNECTION_LOST;
}

function checkUrl(url: string): void {
  try {
    const { protocol } = new URL(url);
    if (protocol !== 'postgres:' && protocol !== 'postgresql:') throw new TypeError(`it begins with ${protocol}//`);
  } catch (error) {
    throw fail('DATABASE_URL_INVALID', { reason: error instanceof Error ? error.message : String(error) });
  }
}
