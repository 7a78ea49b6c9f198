// Random requests at every route: whatever is sent, the answer is never a server fault, and errors have the OData shape.
import fc from 'fast-check';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminRoutes } from '../../runtime/server/admin/routes.ts';
import { authRoutes } from '../../runtime/server/auth/routes.ts';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';
import { makePerson, SESSION, visitor } from '../support/visitor.ts';

let server: InProcessServer;
beforeAll(async () => {
  // A provider that nobody answers for, so that its addresses are there.
  server = await testServer({
    PEYVAND_OIDC_ISSUER: 'http://127.0.0.1:1',
    PEYVAND_OIDC_CLIENT_ID: 'x',
    PEYVAND_OIDC_CLIENT_SECRET: 'x',
  });
});
afterAll(async () => {
  await server.stop();
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Node's own client: it sends paths and headers as they are. */
function send({ method, path, headers, body }: Sent, withKey = true): Promise<Answered> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const outgoing = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        headers: {
          ...(withKey && { authorization: `Bearer ${API_KEY}` }),
          'content-length': bytes.length,
          ...headers,
        },
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, type: incoming.headers['content-type'] ?? '', text }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

const ID = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
const word = fc.constantFrom(
  'name',
  'revenue',
  'accountid',
  'primarycontactid',
  '_primarycontactid_value',
  'statecode',
  'createdon',
  'ownerid',
  'nosuch',
  'account_tags',
  'contact_customer_accounts',
  'entityimage',
  'numberofemployees',
  'donotemail',
  'description',
);
const literal = fc.oneof(
  fc.constantFrom(
    "'text'",
    '1',
    '-1.5',
    'null',
    'true',
    ID,
    "''",
    '1e400',
    '99999999999999999999',
    '2026-02-31',
    '2026-01-01T00:00:00Z',
    "'\u0000'",
  ),
  fc.string({ maxLength: 12 }).map((text) => `'${text}'`),
);
const condition = fc.letrec<{ one: string; any: string }>((tie) => ({
  one: fc.oneof(
    fc.tuple(word, fc.constantFrom('eq', 'ne', 'gt', 'le', 'in', 'has', 'xx'), literal).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom('contains', 'startswith', 'endswith', 'nosuch'), word, literal)
      .map(([name, field, value]) => `${name}(${field},${value})`),
    fc.tuple(word, word, literal).map(([path, field, value]) => `${path}/any(x:x/${field} eq ${value})`),
    fc.tuple(word, word, literal).map(([path, field, value]) => `${path}/${field} eq ${value}`),
  ),
  any: fc.oneof(
    { depthSize: 'small' },
    tie('one'),
    fc
      .tuple(tie('any'), fc.constantFrom('and', 'or'), tie('any'))
      .map(([left, join, right]) => `(${left}) ${join} (${right})`),
    tie('any').map((inner) => `not (${inner})`),
    fc.string({ maxLength: 20 }),
  ),
})).any;

const option = fc.oneof(
  condition.map((text) => `$filter=${encodeURIComponent(text)}`),
  fc.array(word, { maxLength: 4 }).map((words) => `$select=${words.join(',')}`),
  fc.tuple(word, fc.constantFrom('asc', 'desc', '', 'up')).map((parts) => `$orderby=${parts.join('%20')}`),
  fc.tuple(word, word).map(([navigation, field]) => `$expand=${navigation}($select=${field};$top=2)`),
  fc.constantFrom(
    '$top=0',
    '$top=5',
    '$top=-1',
    '$top=99999999999',
    '$count=true',
    '$skip=1',
    '$skiptoken=x',
    '$search=abc',
    '$search=%22',
    'savedQuery=account/views/active',
    'fetchXml=%3Cfetch/%3E',
    '$format=json',
    '$apply=groupby((statecode),aggregate($count%20as%20n))',
    '$apply=x',
    '$id=x',
    'language=fa',
    'language=%00',
    'x-ms-file-name=%F0',
  ),
  fc.string({ maxLength: 15 }).map(encodeURIComponent),
  fc.string({ unit: fc.constantFrom(..."%&=$()',;abc01 +"), maxLength: 15 }).map((text) => text.replaceAll(' ', '+')),
);
const query = fc
  .array(option, { maxLength: 4 })
  .map((options) => (options.length === 0 ? '' : `?${options.join('&')}`));

const key = fc.oneof(
  fc.constantFrom(
    `(${ID})`,
    `(%7B${ID}%7D)`,
    '()',
    '(1)',
    "(name='x')",
    "(accountnumber='A%2F1')",
    "(isocurrencycode='USD')",
    '(x',
    "('",
    '(%)',
    `(accountid=${ID})`,
    "(name='a',name='b')",
    '(name=null)',
    '(__proto__=1)',
  ),
  fc.string({ maxLength: 10 }).map((text) => `(${encodeURIComponent(text)})`),
);
const set = fc.constantFrom(
  'accounts',
  'contacts',
  'tasks',
  'activitypointers',
  'systemusers',
  'transactioncurrencies',
  'roles',
  'businessunits',
  'teams',
  'annotations',
  'connections',
  'WhoAmI',
  'Merge',
  '$metadata',
  '$batch',
  'EntityDefinitions',
  'EntityDefinitions(LogicalName=%27account%27)',
  'EntityDefinitions(LogicalName=%27account%27)/Attributes',
  'RelationshipDefinitions',
  'GlobalOptionSetDefinitions(Name=%27industrycode%27)',
  'nosuch',
  '__proto__',
  'constructor',
);
const tail = fc.oneof(
  fc.constantFrom(
    '',
    '',
    '',
    '/$count',
    '/$ref',
    '/$value',
    '/Peyvand.DeletePreview()',
    '/peyvand.duplicates',
    '/Attributes',
    '/toString',
  ),
  word.map((name) => `/${name}`),
  fc
    .tuple(word, fc.constantFrom('/$ref', '/$value', '/$count', `(${ID})/$ref`, '/nosuch'))
    .map((parts) => `/${parts.join('')}`),
  fc.string({ maxLength: 8 }).map((text) => `/${encodeURIComponent(text)}`),
);
const path = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(set, fc.oneof(fc.constant(''), key), tail).map((parts) => `/api/data/v9.2/${parts.join('')}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '/',
      '/healthz',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/api',
      '/api/',
      '/api/me',
      '/api/setup',
      '/api/access/explain',
      '/api/access/explain?entity=account',
      '/api/access/what-if',
      '/api/audit/search',
      '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001',
      '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001/as-of',
      '/api/audit/records/account/0197a1b2-3c4d-7e5f-8a9b-000000000001/restore',
      '/api/audit/records/__proto__/%00',
      '/api/merge/undo',
      '/api/merge/account/0197a1b2-3c4d-7e5f-8a9b-000000000001',
      '/api/merge/account/0197a1b2-3c4d-7e5f-8a9b-000000000001/preview',
      '/api/merge/__proto__/%00',
      '/api/duplicates/account?rule=name&after=~%00',
      '/api/duplicates/__proto__',
      '/api/jobs',
      '/api/jobs/0197a1b2-3c4d-7e5f-8a9b-000000000001/errors?after=%00',
      '/api/jobs/0197a1b2-3c4d-7e5f-8a9b-000000000001/undo',
      '/api/jobs/%00/file',
      '/api/bulk/account',
      '/api/bulk/__proto__/preview',
      '/api/export/account',
      '/api/import/account?name=%00',
      '/api/import/account/apply',
      '/api/metadata/app',
      '/api/metadata/entities/account',
      '/api/metadata/entities/%00',
      '/api/metadata/entities/__proto__',
      '/api/auth/sign-out',
      '/api/auth/get-session',
      '/api/auth/change-password',
      '/api/data/v9.2',
      '/api/data/v9.2//',
      '/api/data/v9.2/../v9.2/accounts',
      '/studio',
      '/assets/x.js',
      '/../../etc/passwd',
      '/%2e%2e/%2e%2e/x.js',
      '/%00.js',
      '/%E0%A4%A',
      '/app/accounts',
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 20 }).map((text) => `/${encodeURIComponent(text)}`) },
);

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    'x'.repeat(6000),
    '\u0000',
    '\ud800',
    1e308,
    -1,
    9_007_199_254_740_991,
    '2026-02-31',
    ID,
    `/contacts(${ID})`,
    `/accounts(${ID})`,
    '{}',
    null,
    [],
    {},
    true,
  ),
);
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .dictionary(
        fc.oneof(
          word,
          fc.constantFrom(
            'primarycontactid@odata.bind',
            'ownerid@odata.bind',
            '@odata.id',
            'value',
            'lastname',
            'subject',
            '__proto__',
            'constructor',
            'regardingobjectid_account@odata.bind',
            'x@odata.bind',
            'statuscode',
            'language',
            'email',
            'password',
            'currentPassword',
            'newPassword',
          ),
          fc.string({ maxLength: 8 }),
        ),
        value,
        { maxKeys: 5 },
      )
      .map((record) => JSON.stringify(record)),
  },
  {
    weight: 2,
    arbitrary: fc.string({ unit: fc.constantFrom(...'{}[]",:0189.eE-+ntrufalse\\ \u0000\n'), maxLength: 40 }),
  },
  { weight: 1, arbitrary: fc.jsonValue().map((json) => JSON.stringify(json)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '{"name":'.repeat(3000),
      `${'['.repeat(50_000)}`,
      '{"revenue":1e999999}',
      `{"revenue":${'9'.repeat(500)}}`,
      '{"name":"\\ud800"}',
    ),
  },
);
const headerValue = fc.string({ unit: fc.constantFrom(...'abcXYZ019 "*,;=/()-.%W\\é'), maxLength: 20 });
const headers = fc
  .record(
    {
      'content-type': fc.oneof(
        { weight: 6, arbitrary: fc.constant('application/json') },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            'application/octet-stream',
            'image/png',
            'text/plain',
            'application/json; charset=latin1',
            ';;',
          ),
        },
      ),
      prefer: fc.oneof(
        fc.constantFrom(
          'return=representation',
          'odata.maxpagesize=1',
          'odata.maxpagesize=0',
          'odata.include-annotations="*"',
        ),
        headerValue,
      ),
      'if-match': fc.oneof(fc.constantFrom('*', 'W/"1"', 'W/"99999999999999999999"', '""'), headerValue),
      'if-none-match': fc.oneof(fc.constantFrom('*', 'W/"1"', '"x", W/"2"'), headerValue),
      'accept-language': headerValue,
      range: fc.constantFrom('bytes=0-1', 'bytes=9-1', 'x'),
      'x-ms-transfer-mode': fc.constant('chunked'),
      'x-ms-file-name': fc.constantFrom('a.txt', '%F0', '../../x', '%00'),
      'x-request-id': headerValue,
      'x-forwarded-host': headerValue,
      'x-forwarded-proto': headerValue,
      cookie: fc.oneof(fc.constant('peyvand.session_token=forged.%ff'), headerValue),
      'content-encoding': fc.constantFrom('gzip', 'identity'),
    },
    { requiredKeys: [] },
  )
  .map((all) =>
    Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  );
const method = fc.constantFrom(
  'GET',
  'GET',
  'GET',
  'POST',
  'POST',
  'PATCH',
  'PATCH',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
);

async function withstands(sent: Sent, withKey = true): Promise<void> {
  const { status, type, text } = await send(sent, withKey);
  expect(status, `${sent.method} ${sent.path} → ${text}`).toBeLessThan(500);
  if (status >= 400 && sent.method !== 'HEAD') {
    expect(type).toContain('application/json');
    const { error } = JSON.parse(text) as { error: { code: unknown; message: unknown } };
    expect(typeof error.code).toBe('string');
    expect(typeof error.message).toBe('string');
    expect(text).not.toMatch(/\\n +at |node_modules|PostgresError/);
  }
}

test('random requests at every route never end in a server fault', { timeout: 300_000 }, async () => {
  const requests = fc.record({ method, path: fc.tuple(path, query).map((parts) => parts.join('')), headers, body });
  await fc.assert(
    fc.asyncProperty(requests, (sent) => withstands(sent)),
    { numRuns: 1500 },
  );
});

test('random records never end in a server fault', { timeout: 300_000 }, async () => {
  const writes = fc.record({
    method: fc.constantFrom('POST', 'PATCH'),
    path: fc
      .constantFrom('accounts', 'contacts', 'tasks', 'annotations', 'connections', 'teams', 'transactioncurrencies')
      .map((name) => `/api/data/v9.2/${name}`),
    headers: fc.constant({ 'content-type': 'application/json', prefer: 'return=representation' }),
    body,
  });
  await fc.assert(
    fc.asyncProperty(writes, fc.uuid(), (sent, id) =>
      withstands(sent.method === 'PATCH' ? { ...sent, path: `${sent.path}(${id})` } : sent),
    ),
    { numRuns: 700 },
  );
});

test('random queries never end in a server fault', { timeout: 300_000 }, async () => {
  const reads = fc.record({
    method: fc.constant('GET'),
    path: fc
      .tuple(fc.constantFrom('accounts', 'contacts', 'activitypointers', 'systemusers'), query)
      .map(([name, options]) => `/api/data/v9.2/${name}${options}`),
    headers: fc.constant({ prefer: 'odata.include-annotations="*",odata.maxpagesize=3' }),
    body: fc.constant(''),
  });
  await fc.assert(
    fc.asyncProperty(reads, (sent) => withstands(sent)),
    { numRuns: 1500 },
  );
});

test('random requests about signing in never end in a server fault', { timeout: 300_000 }, async () => {
  await makePerson(server, 'fuzz@example.com', 'right password', ['basic-user', 'system-administrator']);
  const person = visitor(server.url);
  await person.signIn('fuzz@example.com', 'right password');
  const session = person.cookies.get(SESSION) ?? '';
  const part = fc.oneof(
    fc.constantFrom(
      'oidc',
      ID,
      '00000000-0000-7000-8000-000000000001',
      '%00',
      '__proto__',
      '..',
      '%2e%2e',
      "1'--",
      '%ff',
    ),
    fc.string({ maxLength: 12 }).map(encodeURIComponent),
  );
  const text = fc.oneof(
    fc.constantFrom(
      'fuzz@example.com',
      'nobody@example.com',
      'right password',
      'totp',
      'recovery-code',
      '123456',
      '2027-01-31',
      '\ud800',
      'a\u0000b',
      'x'.repeat(300),
      '۱۲۳۴۵۶',
    ),
    fc.string({ maxLength: 12 }),
  );
  const known = [
    'email',
    'password',
    'code',
    'kind',
    'token',
    'newPassword',
    'currentPassword',
    'name',
    'expiresAt',
    'roles',
  ];
  const sent = fc.record({
    method,
    // Signing out for good would leave nothing to try.
    path: fc
      .tuple(
        fc.constantFrom(...Object.keys(authRoutes).filter((address) => !/sign-out/.test(address))),
        part,
        fc.constantFrom(
          '',
          '?returnTo=%2F%2Fx',
          '?code=x&state=y',
          '?error=access_denied&state=',
          '?state=%00&code=%ff',
          '?x',
        ),
      )
      .map(([address, id, options]) => address.replace(':id', id) + options),
    headers: fc
      .tuple(
        fc.constantFrom(
          { cookie: `${SESSION}=${session}`, authorization: '' },
          { cookie: 'peyvand.two_factor=2fa-01234567890123456789.x; peyvand.state=%ff' },
          { cookie: 'peyvand.two_factor=%E0%A4%A; peyvand.state=x.y', authorization: '' },
          {},
        ),
        fc.constantFrom({ origin: server.url }, {}, { origin: 'null' }),
      )
      .map(([proof, origin]) => ({
        'content-type': 'application/json',
        'x-forwarded-for': '203.0.113.5',
        ...origin,
        ...proof,
      })),
    body: fc.oneof(
      fc
        .dictionary(fc.constantFrom(...known), fc.oneof(text, value), { maxKeys: 4 })
        .map((record) => JSON.stringify(record)),
      body,
    ),
  });
  await fc.assert(
    fc.asyncProperty(sent, ({ headers: given, ...request }) => {
      // An empty Authorization header would be one: this request comes with its cookie alone.
      const { authorization, ...others } = given as Record<string, string>;
      return withstands({ ...request, headers: others }, authorization !== '');
    }),
    { numRuns: 1000 },
  );
});

test('random requests at the addresses of administration are answered in words', async () => {
  const depth = fc.constantFrom('none', 'own', 'unit', 'organization', 'all', null, 4);
  const grant = fc.oneof(depth, fc.record({ depth, when: fc.constantFrom("name = 'x'", '1 +', '', 'a'.repeat(3000)) }));
  const entity = fc.constantFrom('account', '*', 'businessunit', 'nosuch', '__proto__', 'constructor', '');
  const role = fc.record(
    {
      title: fc.oneof(fc.string({ maxLength: 8 }), fc.constant(7)),
      privileges: fc.dictionary(
        entity,
        fc.oneof(grant, fc.dictionary(fc.constantFrom('read', 'write', '*', 'x'), grant)),
      ),
      deny: fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'A', ''), entity, when: fc.constantFrom('1 +', 'x') })),
      rights: fc.array(fc.constantFrom('audit', '*', 'x y')),
      fields: fc.dictionary(
        entity,
        fc.dictionary(fc.constantFrom('name', 'creditlimit'), fc.record({ read: fc.boolean() })),
      ),
      overlays: fc.constantFrom('base@0.1.0:roles/basic-user', 'x'),
    },
    { requiredKeys: [] },
  );
  const part = fc.constantFrom(
    'made',
    'basic-user',
    'account',
    ID,
    '%E0%A4%A',
    '%00',
    '..%2f',
    '__proto__',
    'a'.repeat(200),
  );
  const sent = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'PATCH'),
    path: fc
      .tuple(
        fc.constantFrom(...Object.keys(adminRoutes)),
        part,
        part,
        fc.constantFrom('', '?top=9', '?skip=-1', '?search=%25%00', '?unit=x', '?role=%ff', '?show=x', '?language=%00'),
      )
      .map(([address, one, other, options]) => address.replace(/:(?:id|name)/, one).replace(':field', other) + options),
    headers: fc
      .constantFrom({ 'if-none-match': '*' }, { 'if-match': '"x"' }, { 'if-match': 'x' }, {})
      .map((more) => ({ 'content-type': 'application/json', ...more })),
    body: fc.oneof(
      role.map((document) => JSON.stringify({ document })),
      fc.constantFrom('{"secured":true}', '{"secured":1}', '{"lastName":"\\u0000","email":"a@b.cd","unitId":"x"}'),
      body,
    ),
  });
  await fc.assert(
    fc.asyncProperty(sent, (request) => withstands(request)),
    { numRuns: 400 },
  );
});
