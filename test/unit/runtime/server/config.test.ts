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
    limits: { requests: Infinity, seconds: Infinity, rows: Infinity, parallel: 256 },
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
    PEYVAND_LIMITS: 'requests=many',
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

const oidc = {
  PEYVAND_OIDC_ISSUER: 'https://login.example.com/realms/main',
  PEYVAND_OIDC_CLIENT_ID: 'crm',
  PEYVAND_OIDC_CLIENT_SECRET: 'hunter2',
};

test('an identity provider is told by its address; groups are mapped to roles', () => {
  expect(
    readConfig({ ...oidc, PEYVAND_OIDC_ROLES: 'sales=salesperson, CN=Bosses=sales-manager\nsales=basic-user' }).oidc,
  ).toEqual({
    issuer: oidc.PEYVAND_OIDC_ISSUER,
    clientId: 'crm',
    clientSecret: 'hunter2',
    title: 'login.example.com',
    scopes: [],
    groupsClaim: 'groups',
    roles: new Map([
      ['sales', ['salesperson', 'basic-user']],
      ['CN=Bosses', ['sales-manager']],
    ]),
    createUsers: false,
  });
});

test('every mistake about mail, provider and public address is told at once, and no secret is repeated', () => {
  const wrong = {
    PEYVAND_PUBLIC_URL: 'https://crm.example.com/app',
    PEYVAND_SMTP_URL: 'http://mail:hunter2@mail.example.com',
    PEYVAND_OIDC_ISSUER: 'http://login.example.com',
    PEYVAND_OIDC_ROLES: 'sales',
    PEYVAND_OIDC_CREATE_USERS: 'perhaps',
  };
  let fault: unknown;
  try {
    readConfig(wrong);
  } catch (thrown) {
    fault = thrown;
  }
  const { details } = fault as PeyvandError;
  expect(details.map(({ target }) => target).toSorted()).toEqual(
    [...Object.keys(wrong), 'PEYVAND_MAIL_FROM', 'PEYVAND_OIDC_CLIENT_ID', 'PEYVAND_OIDC_CLIENT_SECRET'].toSorted(),
  );
  expect(JSON.stringify(details)).not.toContain('hunter2');
});

test('a server that listens everywhere must know its address before it sends links', () => {
  const mail = { PEYVAND_SMTP_URL: 'smtps://mail.example.com', PEYVAND_MAIL_FROM: 'CRM <crm@example.com>' };
  expect(() => readConfig({ ...mail, HOST: '0.0.0.0' })).toThrow(PeyvandError);
  expect(readConfig({ ...mail, HOST: '0.0.0.0', PEYVAND_PUBLIC_URL: 'https://crm.example.com/' }).publicUrl).toBe(
    'https://crm.example.com',
  );
  expect(readConfig(mail).mail).toEqual({ url: 'smtps://mail.example.com', from: 'CRM <crm@example.com>' });
});
