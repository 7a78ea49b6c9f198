// Handlers, operations and schedules of a plugin as the engine knows them, run in the plugin's process: what is plain in their
// context goes there, what they ask for is answered from the context here, what they changed comes back.
import type {
  EventHandler,
  HandlerContext,
  NamedRow,
  NewShare,
  Operation,
  OperationContext,
  PluginContext,
  Records,
  Schedule,
} from '../../sdk/index.ts';
import type { MigrationContext, ScheduleContext } from '../../sdk/index.ts';
import { defaultLimits, type HostLimits } from './limits.ts';
import type { PluginProcess } from './plugin-process.ts';
import { FUNCTION } from './wire.ts';

export interface Pieces {
  readonly plugin: string;
  readonly process: PluginProcess;
  readonly limits?: HostLimits;
}

export function hostedHandler(
  { plugin, process, limits = defaultLimits }: Pieces,
  handler: EventHandler,
  index: number,
): EventHandler {
  return {
    ...handler,
    async run(context) {
      const { values, shared, refused } = await process.run({
        plugin,
        part: 'handlers',
        index,
        label: `The handler ${plugin}/${handler.name}`,
        limits: handler.stage === 'async' ? limits.async : limits.handler,
        context: plainOf(context),
        answer: answering(context),
      });
      if (handler.stage === 'before' && values) take(context.values, values);
      if (shared) take(context.shared, shared);
      if (refused && refused.length > 0) context.refuse(...refused);
    },
  };
}

export function hostedOperation(
  { plugin, process, limits = defaultLimits }: Pieces,
  operation: Operation,
  index: number,
): Operation {
  return {
    ...operation,
    async run(context) {
      const { value, refused } = await process.run({
        plugin,
        part: 'operations',
        index,
        label: `The operation ${operation.name}`,
        limits: limits.operation,
        context: plainOf(context),
        answer: answering(context),
      });
      return refused && refused.length > 0 ? context.refuse(...refused) : value;
    },
  };
}

export function hostedSchedule(
  { plugin, process, limits = defaultLimits }: Pieces,
  schedule: Schedule,
  index: number,
): Schedule {
  return {
    ...schedule,
    async run(context) {
      await process.run({
        plugin,
        part: 'schedules',
        index,
        label: `The schedule ${plugin}/${schedule.name}`,
        limits: limits.schedule,
        context: plainOf(context),
        answer: answering(context),
      });
    },
  };
}

/** `file`: its own, loaded when it is run. */
export async function runHostedMigration(
  { plugin, process, limits = defaultLimits }: Pieces,
  version: string,
  file: string,
  context: MigrationContext,
): Promise<void> {
  await process.run({
    plugin,
    part: 'migrations',
    index: 0,
    file,
    label: `The migration ${version}`,
    limits: limits.schedule,
    context: plainOf(context),
    answer: answering(context),
  });
}

/** Functions come as their mark; here they are something that can be asked for with `typeof`. */
export function revived(contributed: unknown): unknown {
  if (contributed === FUNCTION) return () => undefined;
  if (Array.isArray(contributed)) return contributed.map(revived);
  if (!isMembers(contributed)) return contributed;
  return Object.fromEntries(Object.entries(contributed).map(([name, value]) => [name, revived(value)]));
}

type Context = HandlerContext | OperationContext | ScheduleContext | MigrationContext;

function plainOf(context: Context): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(context).filter(
      ([name, value]) => typeof value !== 'function' && name !== 'records' && name !== 'system',
    ),
  );
}

function take(into: Record<string, unknown>, changes: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(changes)) into[name] = value;
}

type Asked = (context: PluginContext, args: readonly unknown[]) => Promise<unknown>;

function linkOf(
  entity: unknown,
  id: unknown,
  navigation: unknown,
  target: unknown,
): [string, string, string, NamedRow] {
  const row = membersOf(target, 'the other row');
  return [
    textOf(entity, 'an entity'),
    textOf(id, 'an id'),
    textOf(navigation, 'a relation'),
    { entity: textOf(row['entity'], 'an entity'), id: textOf(row['id'], 'an id') },
  ];
}

/** What is wrong with its values, sharing says. */
function shareOf(given: unknown): NewShare {
  const { rights, add, expiresAt, reason } = membersOf(given, 'a share');
  if (!Array.isArray(rights)) throw new TypeError('a share names its rights in a list');
  return {
    rights: rights as NewShare['rights'],
    add: add === true,
    ...(typeof expiresAt === 'string' && { expiresAt }),
    ...(typeof reason === 'string' && { reason }),
  };
}

const verbs: Readonly<Record<keyof Records, (records: Records, args: readonly unknown[]) => Promise<unknown>>> = {
  create: (records, [entity, values]) => records.create(textOf(entity, 'an entity'), membersOf(values, 'values')),
  createMany: (records, [entity, rows]) => records.createMany(textOf(entity, 'an entity'), rowsOf(rows)),
  update: (records, [entity, id, values]) =>
    records.update(textOf(entity, 'an entity'), textOf(id, 'an id'), membersOf(values, 'values')),
  updateMany: (records, [entity, rows]) => records.updateMany(textOf(entity, 'an entity'), rowsOf(rows)),
  remove: (records, [entity, id]) => records.remove(textOf(entity, 'an entity'), textOf(id, 'an id')),
  retrieve: (records, [entity, id, options]) =>
    records.retrieve(textOf(entity, 'an entity'), textOf(id, 'an id'), lockOf(options)),
  storeFile: (records, [entity, id, field, file]) => {
    const { name, mediaType, base64 } = membersOf(file, 'a file');
    return records.storeFile(textOf(entity, 'an entity'), textOf(id, 'an id'), textOf(field, 'a field'), {
      name: textOf(name, 'the name of a file'),
      mediaType: textOf(mediaType, 'the media type of a file'),
      base64: textOf(base64, 'the content of a file'),
    });
  },
  associate: (records, [entity, id, navigation, target]) =>
    records.associate(...linkOf(entity, id, navigation, target)),
  disassociate: (records, [entity, id, navigation, target]) =>
    records.disassociate(...linkOf(entity, id, navigation, target)),
  share: (records, [entity, id, principal, share]) =>
    records.share(
      textOf(entity, 'an entity'),
      textOf(id, 'an id'),
      textOf(principal, 'a user or team'),
      shareOf(share),
    ),
  unshare: (records, [entity, id, principal]) =>
    records.unshare(textOf(entity, 'an entity'), textOf(id, 'an id'), textOf(principal, 'a user or team')),
  list: (records, [entity, query, options]) =>
    records.list(textOf(entity, 'an entity'), textOf(query ?? '', 'a query'), lockOf(options)),
};

const asked: ReadonlyMap<string, Asked> = new Map<string, Asked>([
  ...Object.entries(verbs).flatMap(([verb, work]): [string, Asked][] => [
    [`records.${verb}`, (context, args) => work(context.records, args)],
    [`system.${verb}`, (context, args) => work(context.system, args)],
  ]),
  [
    'invoke',
    (context, [operation, parameters, target]) => {
      const row = isMembers(target)
        ? { entity: textOf(target['entity'], 'an entity'), id: textOf(target['id'], 'an id') }
        : undefined;
      return context.invoke(textOf(operation, 'an operation'), membersOf(parameters ?? {}, 'parameters'), row);
    },
  ],
  [
    'fetch',
    (context, [url, init]) => {
      const { method, headers, body } = membersOf(init ?? {}, 'options');
      return context.fetch(textOf(url, 'an address'), {
        ...(method !== undefined && { method: textOf(method, 'a method') }),
        ...(body !== undefined && body !== null && { body: textOf(body, 'a body') }),
        ...(isMembers(headers) && {
          headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        }),
      });
    },
  ],
  ['secret', (context, [name]) => context.secret(textOf(name, 'the name of a secret'))],
  [
    'reference',
    async (context, [text]) =>
      'reference' in context ? (context as OperationContext).reference(textOf(text, 'a reference')) : undefined,
  ],
]);

function answering(context: Context): (what: string, args: readonly unknown[]) => Promise<unknown> {
  return async (what, args) => {
    const answer = asked.get(what);
    if (!answer) throw new TypeError(`there is no ${what} to ask for`);
    // What a migration has not is not there to ask for: it answers with a TypeError.
    return answer(context as PluginContext, args);
  };
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isMembers(value)) throw new TypeError(`${what} must be an object`);
  return value;
}

function rowsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value)) throw new TypeError('many rows come as a list');
  return value.map((row) => membersOf(row, 'a row'));
}

function lockOf(options: unknown): { readonly lock: boolean } {
  return { lock: isMembers(options) && options['lock'] === true };
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`${what} must be a text`);
  return value;
}
