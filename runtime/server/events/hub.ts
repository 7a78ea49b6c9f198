// Who listens to events on this server process: each batch of writes is judged once for callers of the same rights, and told to
// all their streams. Streams end with the session or key they were opened with.
import { liveChanges, type LiveChange, type Topics } from '../../../core/feed/live.ts';
import { readToken, writeToken, type Moment } from '../../../core/feed/token.ts';
import { writtenSince, type Batch, type Watch } from '../../../core/feed/watch.ts';
import { jobChannel, type JobNews } from '../../../core/jobs/job.ts';
import type { Organization } from '../../../core/organization.ts';
import type { PrincipalSource } from '../../../core/security/principals.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { openStream, type EventStream } from './stream.ts';
import { readTopics } from './topics.ts';

export interface EventHub {
  /** The answer's body. Throws TOPIC_INVALID, ENTITY_UNKNOWN, PRIVILEGE_MISSING, EVENTS_TOO_MANY (429). */
  open(exchange: Exchange, principal: Principal, topics: string): ReadableStream<Uint8Array>;
  /** Ends every stream. */
  close(): Promise<void>;
}

export interface EventHubOptions {
  readonly organization: Organization;
  readonly watch: Watch;
  readonly authenticator: Authenticator;
  readonly principals: PrincipalSource;
  /** Signs the ids of events. */
  readonly key: string;
  onFault(fault: unknown): void;
  /** Milliseconds between two signs of life, at each of which session or key is asked about again. Default 15,000. */
  readonly beat?: number;
}

interface Listener {
  readonly exchange: Exchange;
  readonly stream: EventStream;
  readonly wanted: string;
  principal: Principal;
  topics: Topics;
  jobs: boolean;
}

const MOST_OF_ONE = 12;
const MOST = 5_000;
/** Minutes after which a reader that comes back begins again. */
const RESUME_MINUTES = 10;

export async function createEventHub(options: EventHubOptions): Promise<EventHub> {
  const { organization, watch, authenticator, principals, key, onFault } = options;
  const listeners = new Set<Listener>();
  let unwatch: (() => void) | undefined;
  /** Batches are told in their order. */
  let telling: Promise<void> = Promise.resolve();

  const idOf = (moment: Moment): string => writeToken({ since: moment, bound: 'events', reach: '', world: '' }, key);

  const tell = async (batch: Batch): Promise<void> => {
    const engine = organization.current();
    const groups = new Map<string, Listener[]>();
    for (const listener of listeners) {
      if (listener.topics.size === 0) continue;
      const group = groups.get(rightsKey(listener.principal));
      if (group) group.push(listener);
      else groups.set(rightsKey(listener.principal), [listener]);
    }
    const id = idOf(batch.until);
    for (const group of groups.values()) {
      const [first] = group;
      if (!first) continue;
      if (batch.written === undefined) {
        for (const { stream } of group) stream.send('reset', { reason: 'many' }, id);
        continue;
      }
      const changes = await liveChanges({ engine, principal: first.principal }, batch, union(group));
      for (const listener of group) say(listener, changes, id);
    }
  };
  const heard = (batch: Batch): void => {
    telling = telling
      .then(() => tell(batch))
      .catch((fault: unknown) => {
        onFault(fault);
        for (const { stream } of listeners) stream.send('reset', { reason: 'fault' });
      });
  };

  /** Session, key and rights are asked about anew; who is no longer let in hears nothing more. */
  const recheck = async (listener: Listener): Promise<void> => {
    try {
      const principal = await authenticator.authenticate(listener.exchange);
      if (JSON.stringify(principal) === JSON.stringify(listener.principal)) return;
      listener.principal = principal;
      Object.assign(listener, readTopics(listener.wanted, organization.current().model, principal));
      listener.stream.send('reset', { reason: 'rights' });
    } catch {
      listener.stream.close();
    }
  };
  const stopPrincipals = principals.onChange((userId) => {
    // Who forgets what is held may be told after us.
    setImmediate(() => {
      for (const listener of listeners)
        if (userId === '' || listener.principal.userId === userId) void recheck(listener);
    });
  });
  const stopModel = organization.onChange((engine) => {
    for (const listener of listeners) {
      listener.stream.send('model', { version: engine.model.version });
      void recheck(listener);
    }
  });
  const stopJobs = await organization.current().database.listen(jobChannel(organization.schema), (payload) => {
    const { user, ...news } = JSON.parse(payload) as JobNews;
    for (const { principal, jobs, stream } of listeners)
      if (jobs && principal.userId === user) stream.send('job', news);
  });
  const heart = setInterval(() => {
    for (const listener of listeners) {
      listener.stream.beat();
      void recheck(listener);
    }
  }, options.beat ?? 15_000);
  heart.unref();

  /** What happened while the reader was away, or that it has to begin again. */
  const resume = async (listener: Listener, from: string): Promise<void> => {
    const moment = momentOf(from, key);
    const age = moment === undefined ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(moment.at);
    if (moment === undefined || age > RESUME_MINUTES * 60_000) {
      listener.stream.send('reset', { reason: 'resume' });
      return;
    }
    const engine = organization.current();
    const batch = await writtenSince(engine, moment);
    if (batch.written === undefined) listener.stream.send('reset', { reason: 'many' });
    else
      say(
        listener,
        await liveChanges({ engine, principal: listener.principal }, batch, listener.topics),
        idOf(batch.until),
      );
  };

  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    clearInterval(heart);
    stopPrincipals();
    stopModel();
    watch.stop();
    for (const { stream } of listeners) stream.close();
    await stopJobs();
    await telling;
  };

  return {
    open(exchange, principal, wanted) {
      const { topics, jobs } = readTopics(wanted, organization.current().model, principal);
      const own = [...listeners].filter((one) => one.principal.userId === principal.userId).length;
      if (own >= MOST_OF_ONE || listeners.size >= MOST) throw fail('EVENTS_TOO_MANY', { limit: MOST_OF_ONE });
      const stream = openStream(() => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        unwatch?.();
        unwatch = undefined;
      });
      const listener: Listener = { exchange, stream, wanted, principal, topics, jobs };
      listeners.add(listener);
      unwatch ??= watch.add(heard);
      const from = header(exchange, 'last-event-id');
      // From here on nothing is missed.
      void watch.moment().then((moment) => {
        stream.send('ready', { version: organization.current().model.version }, idOf(moment));
      });
      if (from !== undefined && from !== '')
        void resume(listener, from).catch((fault: unknown) => {
          onFault(fault);
          stream.send('reset', { reason: 'resume' });
        });
      return stream.body;
    },
    close: () => (closing ??= close()),
  };
}

function say({ topics, stream }: Listener, changes: readonly LiveChange[], id: string): void {
  const own = changes.filter(({ entity, id: row }) => {
    const topic = topics.get(entity);
    return topic === 'all' || topic?.has(row) === true;
  });
  // One event for all, so that a reader who leaves in between has all of it or nothing.
  if (own.length > 0) stream.send('changes', own, id);
}

/** Callers of one key are told the same. */
function rightsKey(principal: Principal): string {
  return JSON.stringify(principal);
}

function union(group: readonly Listener[]): Topics {
  const all = new Map<string, Set<string> | 'all'>();
  for (const { topics } of group) {
    for (const [entity, wanted] of topics) {
      const known = all.get(entity);
      if (wanted === 'all' || known === 'all') all.set(entity, 'all');
      else all.set(entity, new Set([...(known ?? []), ...wanted]));
    }
  }
  return all;
}

function momentOf(text: string, key: string): Moment | undefined {
  try {
    const token = readToken(text, key);
    return token.bound === 'events' ? token.since : undefined;
  } catch {
    return undefined;
  }
}
