// What one caller may ask of a server, and how it answers questions that are too large or too deep.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';

let server: InProcessServer;

beforeAll(async () => {
  server = await testServer({ PEYVAND_LIMITS: 'rows=40,requests=1000,parallel=3' });
});
afterAll(() => server.stop());

const ask = (path: string, init: RequestInit = {}) => server.request(`/api/data/v9.2/${path}`, init);

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

test('more at one time than allowed is refused with the time to come back, and the rest is answered', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask('systemusers?$select=fullname&$top=1')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200).length).toBe(12 - refused.length);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(((await answer.json()) as ErrorBody).error.code).toBe('LIMIT_REACHED');
  }
});

test('queries too deep, too long or too wide are refused before the database hears of them', async () => {
  const deep = `${'('.repeat(300)}name eq 'a'${')'.repeat(300)}`;
  const hostile = [
    `$filter=${encodeURIComponent(deep)}`,
    `$filter=${encodeURIComponent(Array.from({ length: 2000 }, () => "name eq 'a'").join(' or '))}`,
    `$filter=${encodeURIComponent(`name in (${Array.from({ length: 3000 }, (_, index) => `'${index}'`).join(',')})`)}`,
    `$filter=${encodeURIComponent(`Microsoft.Dynamics.CRM.Like(PropertyName='name',PropertyValue='${'%a'.repeat(500)}')`)}`,
    `$filter=${encodeURIComponent('not '.repeat(500))}name eq 'a'`,
    `$search=${'a '.repeat(2000)}`,
  ];
  for (const query of hostile) {
    const answer = await ask(`accounts?${query}`);
    expect([query.slice(0, 60), answer.status]).toEqual([query.slice(0, 60), expect.toBeOneOf([400, 414, 431])]);
    await answer.arrayBuffer();
  }
});

test('rows read are counted, and whoever has read enough comes back later', async () => {
  let answer = await ask('roles?$select=name');
  const left = answer.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests');
  expect(Number(left)).toBeGreaterThan(0);
  for (let tries = 0; tries < 40 && answer.status === 200; tries++) {
    await answer.arrayBuffer();
    answer = await ask('roles?$select=name');
  }
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(100);
  expect(((await answer.json()) as ErrorBody).error.message).toContain('40 rows');
  // What belongs to nobody goes on.
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
});
