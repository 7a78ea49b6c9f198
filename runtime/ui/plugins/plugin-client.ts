// The data service as plugins' browser halves have it: entities by their names, rows as parameters by entity and id.
import type { EntityMetadata, OperationMetadata } from '../../../metadata/effective.ts';
import type { Row } from '../../client/index.ts';
import type { OperationTarget, PluginClient, RowQuery } from '../contributions.ts';
import { bodyOf, type Values } from '../record-values.ts';
import type { Workspace } from '../workspace.ts';

const DATA = '/api/data/v9.2';
const ALL = { Prefer: 'odata.maxpagesize=1000,odata.include-annotations="*"' };
const MOST = 5000;

const held = new WeakMap<Workspace, PluginClient>();

export function pluginClient(workspace: Workspace): PluginClient {
  let client = held.get(workspace);
  if (!client) {
    client = makeClient(workspace);
    held.set(workspace, client);
  }
  return client;
}

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

function optionsText(query: RowQuery | undefined): string {
  if (query === undefined || query === '') return '';
  if (typeof query === 'string') return `?${query.replace(/^\?/, '')}`;
  return `?${Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
    .join('&')}`;
}

function makeClient(workspace: Workspace): PluginClient {
  const { client, app } = workspace;
  const operations = new Map<string, Promise<OperationMetadata>>();
  const setOf = (entity: string): string => app.entities[entity]?.set ?? entity;
  const describe = (name: string): Promise<OperationMetadata> => {
    let described = operations.get(name);
    if (!described) {
      const path = `/api/metadata/operations/${encodeURIComponent(name)}`;
      described = client.ask('GET', path) as Promise<OperationMetadata>;
      described.catch(() => operations.delete(name));
      operations.set(name, described);
    }
    return described;
  };

  /** A row as an operation takes it, by the parameter's type. */
  const sent = async (type: string, value: unknown): Promise<unknown> => {
    if (Array.isArray(value)) return Promise.all(value.map((one) => sent(type, one)));
    if (!isObject(value)) return value;
    if (type === 'entity') return `${setOf(String(value['entity']))}(${String(value['id'])})`;
    // Where only its id is asked for, the row will do.
    if (type === 'id') return value['id'];
    if (type !== 'record') return value;
    const entity = await workspace.entity(String(value['entity']));
    const { id, values } = value as { readonly id?: string; readonly values?: Values };
    return {
      '@odata.type': `Microsoft.Dynamics.CRM.${entity.name}`,
      ...(id !== undefined && { [entity.key]: id }),
      ...bodyOf(values ?? {}, entity, setOf),
    };
  };

  /** Rows that an operation answers, as `{entity, id}`. */
  const received = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(received);
    if (!isObject(value)) return value;
    const name = /^#Microsoft\.Dynamics\.CRM\.(\w+)$/.exec(String(value['@odata.type'] ?? ''))?.[1];
    const key = name === undefined ? undefined : (app.entities[name]?.key ?? 'id');
    if (key !== undefined && Object.keys(value).length === 2 && key in value)
      return { entity: name, id: value[key] } as OperationTarget;
    return Object.fromEntries(Object.entries(value).map(([part, of]) => [part, received(of)]));
  };

  return {
    retrieve: async (entity, id, options = {}) => {
      const { select, expand } = options;
      const query = {
        ...(select !== undefined && { select: select.split(',') }),
        ...(expand !== undefined && { expand }),
      };
      return (await client.retrieve(setOf(entity), id, query)).row;
    },
    async list(entity, query) {
      const rows: Row[] = [];
      let path: string | undefined = `${DATA}/${setOf(entity)}${optionsText(query)}`;
      while (path !== undefined && rows.length < MOST) {
        const page = (await client.ask('GET', path, undefined, ALL)) as Row & { readonly value: readonly Row[] };
        rows.push(...page.value);
        const next = page['@odata.nextLink'];
        // Only the path and query are followed: behind a proxy the host may not be ours.
        const link: URL | undefined = typeof next === 'string' ? new URL(next, 'http://peyvand') : undefined;
        path = link && link.pathname + link.search;
      }
      return rows.slice(0, MOST);
    },
    async create(name, values) {
      const entity = await workspace.entity(name);
      const saved = await client.create(entity.set, bodyOf(values, entity, setOf));
      return saved.id || String(saved.row[entity.key] ?? '');
    },
    async update(name, id, values) {
      const entity: EntityMetadata = await workspace.entity(name);
      await client.update(entity.set, id, bodyOf(values, entity, setOf));
    },
    remove: (entity, id) => client.remove(setOf(entity), id),
    async invoke(name, parameters = {}, target) {
      const { kind, bound, parameters: known } = await describe(name);
      const body: Record<string, unknown> = {};
      for (const [key, value] of Object.entries(parameters)) {
        if (value === undefined || value === null) continue;
        body[key] = await sent(known.find((one) => one.name === key)?.type ?? 'json', value);
      }
      const full = bound ? `Microsoft.Dynamics.CRM.${name}` : name;
      const entity = target?.entity ?? bound?.entity ?? '';
      const place = !bound ? '' : bound.collection ? `/${setOf(entity)}` : `/${setOf(entity)}(${target?.id ?? ''})`;
      const path = `${DATA}${place}/${full}`;
      const answer =
        kind === 'action' ? await client.ask('POST', path, body) : await client.ask('GET', path + inPath(body));
      if (!isObject(answer)) return answer;
      const rest = Object.fromEntries(Object.entries(answer).filter(([key]) => key !== '@odata.context'));
      return received(Object.keys(rest).length === 1 && 'value' in rest ? rest['value'] : rest);
    },
    ask: (method, path, value) => client.ask(method, path, value),
  };
}

/** A function's parameters: `(A=@A)?@A='…'`. */
function inPath(parameters: Row): string {
  const names = Object.keys(parameters);
  const literal = (value: unknown): string =>
    typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
  const values = names.map((name) => `@${name}=${encodeURIComponent(literal(parameters[name]))}`);
  return `(${names.map((name) => `${name}=@${name}`).join(',')})${values.length === 0 ? '' : `?${values.join('&')}`}`;
}
