// What every data route knows about its request: the engine's call, where the service lives, what the caller prefers.
import type { Executor } from '../../../core/db/sql.ts';
import type { Call, Engine } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import type { ReadPreferences } from '../../../core/records/read-preferences.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import type { Segment } from './path.ts';
import { readPreferences, type Preferences } from './prefer.ts';

export const SERVICE_PATH = '/api/data/v9.2/';

/** Rows made earlier in the same batch, by the name they are referred to: `$1`. */
export type References = ReadonlyMap<string, { readonly entity: string; readonly id: string }>;

/** Where a request inside a batch runs. */
export interface Within {
  readonly references: References;
  /** Of a change set: its transaction, and the model it began on. */
  readonly executor?: Executor;
  readonly engine?: Engine;
}

export interface DataRequest {
  readonly call: Call;
  readonly exchange: Exchange;
  readonly preferences: Preferences;
  /** The same for core's readers. */
  readonly reading: ReadPreferences;
  /** Empty outside a batch. */
  readonly references: References;
  /** Signs delta tokens. */
  readonly feedKey: string;
}

const NO_REFERENCES: References = new Map();

export function openDataRequest(
  call: Call,
  exchange: Exchange,
  feedKey: string,
  references = NO_REFERENCES,
): DataRequest {
  const preferences = readPreferences(header(exchange, 'prefer'));
  const { maxPageSize, annotations } = preferences;
  const reading: ReadPreferences = {
    root: serviceRoot(exchange),
    path: exchange.path.slice(SERVICE_PATH.length),
    ...(maxPageSize !== undefined && { maxPageSize }),
    ...(annotations !== undefined && { annotations }),
  };
  return { call, exchange, preferences, reading, references, feedKey };
}

const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i;

/** `http://host/api/data/v9.2` as the caller sees it, without a closing slash. */
export function serviceRoot(exchange: Exchange): string {
  const host = header(exchange, 'x-forwarded-host') ?? header(exchange, 'host') ?? '';
  const scheme = header(exchange, 'x-forwarded-proto')?.startsWith('https') ? 'https' : 'http';
  return `${scheme}://${HOST.test(host) ? host : 'localhost'}/api/data/v9.2`;
}

/** The absolute address of a row, for OData-EntityId and @odata.id. */
export function rowUrl(request: DataRequest, entity: Entity, id: string): string {
  return `${request.reading.root}/${entity.set}(${id})`;
}

/** The row a segment names: by id or alternate key; undefined without parentheses. */
export function addressOf(entity: Entity, segment: Segment): RecordAddress | undefined {
  const { arguments: given } = segment;
  if (given === undefined) return undefined;
  switch (given.kind) {
    case 'id':
      return { id: given.id };
    case 'none':
      throw fail('PATH_MALFORMED', { reason: `'${segment.name}()' needs an id or a key` });
    case 'named': {
      const single = given.values.size === 1 ? given.values.get(entity.key.name) : undefined;
      if (typeof single === 'string') return { id: single };
      // Object.fromEntries makes own properties even of names like __proto__.
      return {
        key: Object.fromEntries(
          [...given.values].map(([name, value]): [string, string | number] => {
            if (typeof value === 'string' || typeof value === 'number') return [name, value];
            throw fail('PATH_MALFORMED', { reason: `the key's ${name} must be a text, a number or an id` });
          }),
        ),
      };
    }
  }
}

export function refuseMethod(exchange: Exchange, ...allowed: readonly string[]): never {
  const allow = allowed.join(', ');
  throw fail('METHOD_NOT_ALLOWED', { method: exchange.method, allow }, { data: { allow } });
}
