// Two hundred people change one record at the same moment, over real HTTP: by fields, and all of them the same field. For an
// administrator, and for people whose rights are asked of the row.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { pluginFolder, type PluginFolder } from '../support/plugin-folder.ts';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const WRITERS = 200;
const field = (n: number) => `part${n}`;

const PLUGIN = {
  'plugin.json': {
    id: 'crowd',
    version: '1.0.0',
    title: 'Crowd',
    engine: '^0.1.0',
    requires: { standard: '^0.1.0' },
  },
  'roles/crowd.json': { title: 'Crowd', privileges: { board: 'own' } },
  'board/entity.json': {
    title: 'Board',
    type: 'object',
    entity: { set: 'boards', plural: 'Boards', primary: 'name' },
    properties: {
      name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
      ...Object.fromEntries(
        Array.from({ length: WRITERS }, (_, n) => [
          field(n),
          { title: `Part ${n}`, type: 'string', maxLength: 100, field: { type: 'text' } },
        ]),
      ),
    },
  },
};

let server: InProcessServer;
let plugin: PluginFolder;
let restricted: string;
beforeAll(async () => {
  plugin = pluginFolder(PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: plugin.folder });
  restricted = (await newcomer(server.server, 'one', ['crowd'])).key;
});
afterAll(async () => {
  await server.stop();
  plugin?.remove();
});

const ask = (key: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${BASE}/${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe.each([
  ['an administrator', () => API_KEY],
  ['somebody whose rights are asked of the row', () => restricted],
])('200 writers, each as %s', (_who, keyOf) => {
  const board = async () => {
    const made = await ask(keyOf(), 'POST', 'boards', { name: 'Start' });
    expect(made.status, await made.text()).toBe(204);
    const id = /\(([^)]+)\)$/.exec(made.headers.get('odata-entityid') ?? '')?.[1] ?? '';
    return { id, etag: made.headers.get('etag') ?? '' };
  };
  const read = async (id: string) =>
    (await (await ask(keyOf(), 'GET', `boards(${id})`)).json()) as Readonly<Record<string, unknown>>;

  test('of different fields all keep what they wrote', { timeout: 60_000 }, async () => {
    const { id } = await board();
    const statuses = await Promise.all(
      Array.from({ length: WRITERS }, async (_, n) => {
        const answer = await ask(keyOf(), 'PATCH', `boards(${id})`, { [field(n)]: `by ${n}` }, { 'if-match': '*' });
        return answer.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([204]));
    const row = await read(id);
    for (let n = 0; n < WRITERS; n++) expect(row[field(n)]).toBe(`by ${n}`);
  });

  test('of the same field one wins, and the others are told its value beside theirs', { timeout: 60_000 }, async () => {
    const { id, etag } = await board();
    const answers = await Promise.all(
      Array.from({ length: WRITERS }, async (_, n) => {
        const answer = await ask(keyOf(), 'PATCH', `boards(${id})`, { name: `by ${n}` }, { 'if-match': etag });
        return { n, status: answer.status, text: await answer.text() };
      }),
    );
    const [winner, ...more] = answers.filter(({ status }) => status === 204);
    expect(more).toEqual([]);
    const { name } = await read(id);
    expect(name).toBe(`by ${winner?.n}`);
    const others = answers.filter(({ status }) => status === 412);
    expect(others).toHaveLength(WRITERS - 1);
    for (const { text } of others) {
      const { error } = JSON.parse(text) as { error: unknown };
      expect(error).toMatchObject({ code: 'PRECONDITION_FAILED', '@peyvand.data': { current: { name } } });
    }
  });
});
