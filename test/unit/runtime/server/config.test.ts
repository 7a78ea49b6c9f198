// Configuration: defaults, and every mistake at once.
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { PeyvandError } from '../../../../core/sdk/index.ts';
import { readConfig } from '../../../../runtime/server/config.ts';

test('nothing has to be set', () => {
  expect(readConfig({})).toEqual({
    port: 8080,
    host: '127.0.0.1',
    databaseUrl: undefined,
    data: resolve('.peyvand'),
    plugins: [],
    secret: undefined,
    adminEmail: 'admin@example.com',
    adminPassword: undefined,
    apiKey: undefined,
    logLevel: 'info',
    publicUrl: undefined,
    mail: undefined,
    oidc: undefined,
  });
});

test('an empty variable is one that is not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toEqual(readConfig({}));
});

test('all mistakes are told at once, each with its variable, and no password is repeated', () => {
  const wrong = {
    PORT: '99999',
    DATABASE_URL: 'mysql://root:hunter2@host/db',
    PEYVAND_SECRET: 'short',
    PEYVAND_ADMIN_EMAIL: 'nobody',
    PEYVAND_ADMIN_PASSWORD: '1234',
    PEYVAND_API_KEY: 'abc',
    LOG_LEVEL: 'loud',
  };
  let fault: unknown;
  try {
    readConfig(wrong);
  } catch (thrown) {
    fault = thrown;
  }
  expect(fault).toBeInstanceOf(PeyvandError);
  const { details, code } = fault as PeyvandError;
  expect(code).toBe('CONFIG_INVALID');
  expect(details.map(({ target }) => target).toSorted()).toEqual(Object.keys(wrong).toSorted());
  expect(JSON.stringify(details)).not.toContain('hunter2');
});

test('an administrator’s e-mail that the sign-in would never take is refused at the start', () => {
  for (const email of ['admin@localhost', 'مدیر@example.com', 'a..b@example.com'])
    expect(() => readConfig({ PEYVAND_ADMIN_EMAIL: email })).toThrow(PeyvandError);
  for (const email of ['Admin@Example.com', "o'hara+crm@sub.example.co"])
    expect(readConfig({ PEYVAND_ADMIN_EMAIL: email }).adminEmail).toBe(email.toLowerCase());
});
