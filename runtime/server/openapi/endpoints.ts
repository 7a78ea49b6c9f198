// Every address beside those of rows: what it is for, what it takes and gives. A test holds this against the tables of routes.
import type { Endpoints } from './endpoint.ts';
import { privileges } from '../../../core/security/access.ts';
import { anything, count, flag, header, id, instant, list, object, oneOf, text, type Schema } from './schema.ts';

const named = object({ id, name: text });
const right = oneOf(...privileges.filter((privilege) => privilege !== 'create'));
const manage = 'manage-users';
const etag = header('If-Match', 'The ETag that was read');
const anyObject: Schema = { type: 'object', additionalProperties: true };
const language = { language: 'Of the words: en, fa' };
const maybeInstant: Schema = { type: ['string', 'null'], format: 'date-time' };
const binary: Schema = { type: 'string', contentMediaType: 'application/octet-stream' };

const job = object({
  id,
  kind: text,
  state: oneOf('waiting', 'running', 'cancelling', 'cancelled', 'failed', 'done'),
  entity: { type: ['string', 'null'] },
  createdAt: instant,
  startedAt: maybeInstant,
  finishedAt: maybeInstant,
  done: count,
  total: { type: ['integer', 'null'] },
  errors: count,
  result: { type: ['object', 'null'] },
  failure: { type: ['object', 'null'] },
  undoable: flag,
  file: { type: ['object', 'null'] },
});
const user = object({
  id,
  name: text,
  email: text,
  title: text,
  language: text,
  unit: named,
  teams: list(named),
  roles: list(object({ id, name: text, document: text })),
  canSignIn: flag,
  secondFactor: flag,
  disabled: flag,
});
const session = object({
  id,
  createdAt: instant,
  lastUsedAt: instant,
  expiresAt: instant,
  address: text,
  userAgent: text,
});
const key = object({
  id,
  name: text,
  createdAt: instant,
  expiresAt: { type: ['string', 'null'], format: 'date-time' },
});
const document = object({
  id: text,
  document: anyObject,
  below: { ...anyObject, description: 'What it would be without the organization’s own layer.' },
  layer: text,
  overlaid: flag,
  etag: text,
});
const share = object({ principal: named, rights: list(right), expiresAt: { type: ['string', 'null'] }, reason: text });
const change = object({ at: instant, user: named, action: text, changes: list(anyObject) });
const searched = object(
  { search: { ...text, maxLength: 100 }, entities: list(text), top: count, skip: count },
  'search',
);
const wanted = object({
  query: { ...text, description: 'OData options that find the rows: `$filter=statecode eq 0`.' },
  ids: list(id),
  action: oneOf('update', 'delete', 'assign'),
  set: { ...anyObject, description: 'What an update writes.' },
  to: { ...anyObject, description: 'The new owner.' },
});

export const endpoints: Endpoints = {
  '/healthz': {
    GET: { tag: 'server', summary: 'The process lives', open: true, answer: text, answerType: 'text/plain' },
  },
  '/readyz': {
    GET: { tag: 'server', summary: 'Requests can be answered', open: true, answer: text, answerType: 'text/plain' },
  },
  '/metrics': {
    GET: { tag: 'server', summary: 'Figures for Prometheus', open: true, answer: text, answerType: 'text/plain' },
  },
  '/openapi.json': { GET: { tag: 'server', summary: 'This description, for the caller’s rights', answer: anyObject } },

  '/api/me': {
    GET: { tag: 'me', summary: 'Who the caller is and may', answer: anyObject },
    PATCH: {
      tag: 'me',
      summary: 'Change one’s own settings',
      body: object({
        language: text,
        timeZone: text,
        calendar: oneOf('gregory', 'persian'),
        theme: oneOf('system', 'light', 'dark'),
      }),
      bodyExample: { language: 'fa', calendar: 'persian' },
      answer: anyObject,
    },
  },
  '/api/setup': {
    GET: { tag: 'server', summary: 'What the first-run page begins with', right: manage, answer: anyObject },
    POST: { tag: 'server', summary: 'Complete the first run, once', right: manage, body: anyObject },
  },
  '/api/metadata/app': {
    GET: { tag: 'metadata', summary: 'Languages, site map and entities', query: language, answer: anyObject },
  },
  '/api/metadata/entities/:name': {
    GET: {
      tag: 'metadata',
      summary: 'Fields, forms, views and navigation of an entity',
      query: language,
      answer: anyObject,
    },
  },

  '/api/access/shares/:entity/:id': {
    GET: {
      tag: 'access',
      summary: 'With whom a row is shared, and what the caller may pass on',
      answer: object({ shares: list(share), may: object({ share: flag, rights: list(right) }) }),
    },
  },
  '/api/access/shares/:entity/:id/:principal': {
    PUT: {
      tag: 'access',
      summary: 'Share a row with a user or team, or change what is shared',
      body: object(
        { rights: list(right), expiresAt: { type: ['string', 'null'], format: 'date-time' }, reason: text },
        'rights',
      ),
      bodyExample: { rights: ['read', 'write'], reason: 'Holiday cover' },
      answer: anyObject,
    },
    DELETE: { tag: 'access', summary: 'End a share' },
  },

  '/api/audit/search': {
    GET: {
      tag: 'audit',
      summary: 'Search the whole log, newest first',
      right: 'audit',
      query: {
        user: 'Id of who did it',
        entity: 'Logical name',
        action: 'create, update, delete, sign-in, …',
        record: 'Id of the row',
        from: ['Not before', instant],
        to: ['Not after', instant],
        text: 'In old and new values',
        before: 'The last entry of the page before',
        top: ['At most 200', count],
      },
      answer: anyObject,
    },
  },
  '/api/audit/records/:entity/:id': {
    GET: {
      tag: 'audit',
      summary: 'The history of a row, newest first',
      query: { before: 'The last entry of the page before', top: ['At most 200', count] },
      answer: object({ entries: list(change) }),
    },
  },
  '/api/audit/records/:entity/:id/as-of': {
    GET: { tag: 'audit', summary: 'A row as it was', query: { at: ['The moment', instant] }, answer: anyObject },
  },
  '/api/audit/records/:entity/:id/restore': {
    POST: {
      tag: 'audit',
      summary: 'Bring back what a row was',
      headers: [etag],
      body: object({ at: instant, fields: list(text) }, 'at'),
      bodyExample: { at: '2026-11-22T10:00:00Z', fields: ['name'] },
      answer: anyObject,
    },
  },

  '/api/merge/:entity/:id': { GET: { tag: 'merge', summary: 'Merges that a row took part in', answer: anything } },
  '/api/merge/:entity/:id/preview': {
    GET: { tag: 'merge', summary: 'What goes along when this row is merged into another', answer: anyObject },
  },
  '/api/merge/undo': {
    POST: { tag: 'merge', summary: 'Take a merge back', body: object({ id }, 'id'), answer: anyObject },
  },
  '/api/duplicates/:entity': {
    GET: {
      tag: 'merge',
      summary: 'Pairs of rows that may be the same thing',
      query: { rule: 'Id of a duplicate rule', after: 'The last pair of the page before' },
      answer: anyObject,
    },
  },

  '/api/search': {
    GET: {
      tag: 'search',
      summary: 'Search all entities, ranked, forgiving of misspelling',
      query: {
        q: 'What is looked for',
        entities: 'Logical names, separated by commas',
        top: ['Of each entity', count],
      },
      answer: anyObject,
    },
  },
  ...Object.fromEntries(
    ['v1.0', 'v2.0'].flatMap((version) =>
      ['query', 'suggest', 'autocomplete'].map((action) => [
        `/api/search/${version}/${action}`,
        {
          POST: {
            tag: 'search',
            summary: `Dataverse search ${version.slice(1)}: ${action}`,
            body: searched,
            bodyExample: { search: 'contoso', top: 5 },
            answer: anyObject,
          },
        },
      ]),
    ),
  ),

  '/api/events': {
    GET: {
      tag: 'events',
      summary: 'Changes as they happen, as server-sent events',
      description: 'Each event is judged for the caller: only what may be read is told of.',
      query: { topics: 'What to listen to, separated by commas' },
      answer: text,
      answerType: 'text/event-stream',
    },
  },

  '/api/jobs': {
    GET: {
      tag: 'jobs',
      summary: 'The caller’s jobs, newest first',
      query: {
        before: 'The last job of the page before',
        top: ['At most', count],
        all: ['Everybody’s, for administrators', flag],
      },
      answer: object({ jobs: list(job) }),
    },
  },
  '/api/jobs/:id': { GET: { tag: 'jobs', summary: 'How far a job is', answer: job } },
  '/api/jobs/:id/errors': {
    GET: {
      tag: 'jobs',
      summary: 'What went wrong, row by row',
      query: { after: 'The last of the page before', top: ['At most', count] },
      answer: anyObject,
    },
  },
  '/api/jobs/:id/cancel': { POST: { tag: 'jobs', summary: 'End a job', answer: job } },
  '/api/jobs/:id/undo': {
    POST: {
      tag: 'jobs',
      summary: 'Take back what a job did',
      status: 202,
      answer: job,
      answerDescription: 'The job that does so',
    },
  },
  '/api/jobs/:id/file': {
    GET: { tag: 'jobs', summary: 'The file that a job made', answer: binary, answerType: 'application/octet-stream' },
  },
  '/api/jobs/:id/rows': {
    GET: {
      tag: 'jobs',
      summary: 'What the check of an import found',
      query: {
        state: ['Rows to write, or rows changed meanwhile', oneOf('ready', 'stale')],
        after: 'The last of the page before',
        top: ['At most', count],
      },
      answer: anyObject,
    },
  },
  '/api/backgroundoperation/:id': {
    GET: { tag: 'jobs', summary: 'How far an action is that was called with Prefer: respond-async', answer: anyObject },
    DELETE: { tag: 'jobs', summary: 'End it' },
  },
  '/api/bulk/:entity': {
    POST: {
      tag: 'jobs',
      summary: 'Change, delete or assign many rows',
      body: { ...wanted, required: ['action'] },
      bodyExample: { query: '$filter=statecode eq 0', action: 'update', set: { description: 'Reviewed' } },
      status: 202,
      answer: job,
      answerDescription: 'The job that does so',
    },
  },
  '/api/bulk/:entity/preview': {
    POST: {
      tag: 'jobs',
      summary: 'How many rows a change would reach; nothing is written',
      body: wanted,
      answer: object({ count, version: text }),
    },
  },
  '/api/export/:entity': {
    POST: {
      tag: 'jobs',
      summary: 'Rows as CSV or XLSX, at once where they are few',
      description: 'Many rows are answered 202 with a job, whose file is fetched later.',
      body: object({
        query: text,
        columns: list(text),
        format: oneOf('csv', 'xlsx'),
        raw: flag,
        keys: flag,
        job: flag,
      }),
      bodyExample: { query: '$filter=statecode eq 0', columns: ['name'], format: 'xlsx' },
      answer: binary,
      answerType: 'application/octet-stream',
      answerDescription: 'The file',
    },
  },
  '/api/import/:entity': {
    POST: {
      tag: 'jobs',
      summary: 'Check a file of rows; nothing is written',
      query: { name: 'The file’s name' },
      body: binary,
      bodyType: 'application/octet-stream',
      status: 202,
      answer: job,
      answerDescription: 'The job that checks',
    },
  },
  '/api/import/:entity/apply': {
    POST: {
      tag: 'jobs',
      summary: 'Write what a check found',
      body: object({ check: id, stale: anything, rows: anything }, 'check'),
      status: 202,
      answer: job,
      answerDescription: 'The job that writes',
    },
  },

  '/api/auth/sign-in/options': {
    GET: { tag: 'sign-in', summary: 'The ways to sign in', open: true, answer: anyObject },
  },
  '/api/auth/sign-in/email': {
    POST: {
      tag: 'sign-in',
      summary: 'Sign in with e-mail and password',
      open: true,
      body: object({ email: text, password: { type: 'string', format: 'password' } }, 'email', 'password'),
      answer: anyObject,
    },
  },
  '/api/auth/sign-in/second-factor': {
    POST: {
      tag: 'sign-in',
      summary: 'Give the code of the second factor',
      open: true,
      body: object({ code: text }, 'code'),
      answer: anyObject,
    },
  },
  '/api/auth/sign-in/provider/:id': {
    GET: {
      tag: 'sign-in',
      summary: 'Go to an identity provider',
      open: true,
      status: 302,
      answerDescription: 'Its address',
    },
  },
  '/api/auth/callback/:id': {
    GET: {
      tag: 'sign-in',
      summary: 'Come back from an identity provider',
      open: true,
      status: 302,
      answerDescription: 'Back into the app',
    },
  },
  '/api/auth/request-password-reset': {
    POST: {
      tag: 'sign-in',
      summary: 'Ask for a link to set a new password',
      open: true,
      body: object({ email: text }, 'email'),
    },
  },
  '/api/auth/reset-password': {
    POST: {
      tag: 'sign-in',
      summary: 'Set a new password by a mailed link',
      open: true,
      body: object({ token: text, newPassword: { type: 'string', format: 'password' } }, 'token', 'newPassword'),
    },
  },
  '/api/auth/change-password': {
    POST: {
      tag: 'sign-in',
      summary: 'Change one’s password',
      body: object({ currentPassword: text, newPassword: text }, 'currentPassword', 'newPassword'),
    },
  },
  '/api/auth/sign-out': { POST: { tag: 'sign-in', summary: 'End this session', open: true } },
  '/api/auth/sign-out-everywhere': { POST: { tag: 'sign-in', summary: 'End all one’s sessions' } },
  '/api/auth/get-session': {
    GET: { tag: 'sign-in', summary: 'The session the cookie names', open: true, answer: anything },
  },
  '/api/auth/sessions': {
    GET: { tag: 'sign-in', summary: 'One’s open sessions', answer: object({ sessions: list(session) }) },
  },
  '/api/auth/sessions/:id': { DELETE: { tag: 'sign-in', summary: 'End one of one’s sessions' } },
  '/api/auth/second-factor': {
    GET: { tag: 'sign-in', summary: 'Whether there is a second factor', answer: anyObject },
  },
  '/api/auth/second-factor/begin': {
    POST: {
      tag: 'sign-in',
      summary: 'Begin to set up a second factor',
      body: object({ password: text }),
      answer: anyObject,
    },
  },
  '/api/auth/second-factor/confirm': {
    POST: { tag: 'sign-in', summary: 'Confirm a new second factor', body: object({ code: text }, 'code') },
  },
  '/api/auth/second-factor/disable': {
    POST: { tag: 'sign-in', summary: 'Turn the second factor off', body: object({ password: text }) },
  },
  '/api/auth/keys': {
    GET: { tag: 'sign-in', summary: 'One’s API keys', answer: object({ keys: list(key) }) },
    POST: {
      tag: 'sign-in',
      summary: 'Make an API key; it is shown this once',
      body: object({ name: text, expiresAt: instant, roles: list(text) }, 'name'),
      bodyExample: { name: 'Reporting' },
      status: 201,
      answer: anyObject,
    },
  },
  '/api/auth/keys/:id': { DELETE: { tag: 'sign-in', summary: 'End one of one’s API keys' } },

  '/api/admin/users': {
    GET: {
      tag: 'administration',
      summary: 'Users by name, a page at a time',
      right: manage,
      query: {
        search: 'In names and e-mails',
        show: ['Default enabled', oneOf('enabled', 'disabled', 'all')],
        unit: 'Id of a business unit',
        team: 'Id of a team',
        role: 'Id of a role document',
        skip: ['Rows to leave out', count],
        top: ['At most 500', count],
        ...language,
      },
      answer: object({ users: list(user), total: count }),
    },
    POST: {
      tag: 'administration',
      summary: 'Make a user',
      right: manage,
      body: object(
        { firstName: text, lastName: text, email: text, unitId: id, language: text, roles: list(text) },
        'lastName',
        'email',
      ),
      bodyExample: { firstName: 'Sara', lastName: 'Karimi', email: 'sara@example.com', roles: ['basic-user'] },
      answer: anyObject,
      status: 201,
    },
  },
  '/api/admin/users/:id': {
    GET: { tag: 'administration', summary: 'One user', right: manage, query: language, answer: user },
  },
  '/api/admin/users/:id/rights': {
    GET: {
      tag: 'administration',
      summary: 'What a user may, with the roles it comes from',
      right: manage,
      query: language,
      answer: anyObject,
    },
  },
  '/api/admin/users/:id/access': {
    GET: { tag: 'administration', summary: 'How a user signs in', right: manage, answer: anyObject },
  },
  '/api/admin/users/:id/invitation': {
    POST: { tag: 'administration', summary: 'Invite a user by mail', right: manage, answer: anyObject },
  },
  '/api/admin/users/:id/unlock': {
    POST: { tag: 'administration', summary: 'Let a locked user try again', right: manage },
  },
  '/api/admin/users/:id/sign-out': {
    POST: { tag: 'administration', summary: 'End all sessions of a user', right: manage },
  },
  '/api/admin/users/:id/disable-second-factor': {
    POST: { tag: 'administration', summary: 'Turn a user’s second factor off', right: manage },
  },
  '/api/admin/teams': {
    GET: {
      tag: 'administration',
      summary: 'Teams with their members',
      right: manage,
      query: language,
      answer: anyObject,
    },
  },
  '/api/admin/units': {
    GET: { tag: 'administration', summary: 'The tree of business units', right: manage, answer: anyObject },
  },
  '/api/admin/sessions': {
    GET: {
      tag: 'administration',
      summary: 'Everybody’s open sessions',
      right: manage,
      query: { skip: ['To leave out', count], top: ['At most 500', count] },
      answer: anyObject,
    },
  },
  '/api/admin/sessions/:id': { DELETE: { tag: 'administration', summary: 'End anybody’s session', right: manage } },
  '/api/admin/keys': {
    GET: { tag: 'administration', summary: 'Everybody’s API keys', right: manage, answer: object({ keys: list(key) }) },
  },
  '/api/admin/keys/:id': { DELETE: { tag: 'administration', summary: 'End anybody’s API key', right: manage } },
  '/api/admin/entities': {
    GET: {
      tag: 'administration',
      summary: 'Entities, for granting rights',
      right: manage,
      query: language,
      answer: anyObject,
    },
  },
  '/api/admin/entities/:name/fields': {
    GET: {
      tag: 'administration',
      summary: 'Fields of an entity and whether they are secured',
      right: manage,
      query: language,
      answer: anyObject,
    },
  },
  '/api/admin/entities/:name/fields/:field': {
    PUT: {
      tag: 'administration',
      summary: 'Secure a field, or take the mark away',
      right: manage,
      body: object({ secured: flag }, 'secured'),
    },
  },
  ...Object.fromEntries(
    (
      [
        ['roles', 'role'],
        ['profiles', 'field profile'],
      ] as const
    ).flatMap(([folder, what]) => [
      [
        `/api/admin/${folder}`,
        { GET: { tag: 'administration', summary: `Every ${what}`, right: manage, query: language, answer: anyObject } },
      ],
      [
        `/api/admin/${folder}/:id`,
        {
          GET: {
            tag: 'administration',
            summary: `One ${what}, with what it is made over`,
            right: manage,
            query: language,
            answer: document,
          },
          PUT: {
            tag: 'administration',
            summary: `Make or change a ${what}; published at once`,
            right: manage,
            headers: [etag, header('If-None-Match', '* for a new one')],
            body: anyObject,
            answer: document,
          },
          DELETE: { tag: 'administration', summary: `Delete a ${what} that nobody holds`, right: manage },
        },
      ],
      [
        `/api/admin/${folder}/:id/overlay`,
        {
          DELETE: {
            tag: 'administration',
            summary: `Take back what the organization changed of a ${what}`,
            right: manage,
            headers: [etag],
            answer: document,
          },
        },
      ],
    ]),
  ),
  '/api/admin/views': {
    GET: {
      tag: 'administration',
      summary: 'Views by how long they take, and the indexes made for them',
      right: 'customize',
      answer: anyObject,
    },
  },
  '/api/admin/views/:entity/:view': {
    GET: {
      tag: 'administration',
      summary: 'How a view is answered, and an index that might help; measured now',
      right: 'customize',
      answer: anyObject,
    },
  },
  '/api/admin/views/:entity/:view/index': {
    POST: {
      tag: 'administration',
      summary: 'Try the index that is proposed for a view',
      right: 'customize',
      status: 202,
      answer: job,
      answerDescription: 'The job that does so',
    },
  },
  '/api/admin/views/indexes/:name': {
    DELETE: {
      tag: 'administration',
      summary: 'Take back an index that was made for a view',
      right: 'customize',
    },
  },
  '/api/admin/roles/:id/try': {
    POST: {
      tag: 'administration',
      summary: 'Check a role without saving it',
      right: manage,
      body: anyObject,
      answer: anyObject,
    },
  },
  '/api/plugins': {
    GET: {
      tag: 'plugins',
      summary: 'Installed plugins: version, rights, whether they are on, what an upgrade left open',
      right: 'manage-plugins',
      query: language,
      answer: anyObject,
    },
    POST: {
      tag: 'plugins',
      summary: 'Install a plugin: the tarball itself, or a folder of the server or a package of npm as JSON',
      description:
        'Without `acceptRights` it answers 409 PLUGIN_RIGHTS with the rights asked for and the text that accepts them.',
      right: 'manage-plugins',
      query: {
        acceptRights: 'The text that accepts exactly the rights asked for',
        confirm: 'true: data may go to the recycle bin',
      },
      bodyType: 'application/gzip',
      body: binary,
      status: 201,
      answer: anyObject,
    },
  },
  '/api/plugins/:id': {
    GET: {
      tag: 'plugins',
      summary: 'One plugin, with the parts of documents that are left out',
      right: 'manage-plugins',
      query: language,
      answer: anyObject,
    },
  },
  '/api/plugins/:id/enable': {
    POST: { tag: 'plugins', summary: 'Switch a plugin on', right: 'manage-plugins', answer: anyObject },
  },
  '/api/plugins/:id/disable': {
    POST: {
      tag: 'plugins',
      summary: 'Switch a plugin off; its tables and columns stay as they are',
      right: 'manage-plugins',
      answer: anyObject,
    },
  },
  '/api/plugins/:id/reset': {
    POST: {
      tag: 'plugins',
      summary: 'Let the code of a plugin be called again whose breaker is open',
      right: 'manage-plugins',
      answer: anyObject,
    },
  },
  '/api/plugins/:id/upgrade': {
    POST: {
      tag: 'plugins',
      summary: 'Bring another version into use: merged with what the organization changed, rows migrated',
      right: 'manage-plugins',
      query: {
        acceptRights: 'The text that accepts exactly the rights asked for',
        confirm: 'true: data may go to the recycle bin',
      },
      bodyType: 'application/gzip',
      body: binary,
      answer: anyObject,
    },
  },
  '/api/plugins/:id/uninstall': {
    GET: { tag: 'plugins', summary: 'What would go with a plugin', right: 'manage-plugins', answer: anyObject },
    POST: {
      tag: 'plugins',
      summary: 'Uninstall a plugin; its data goes to the recycle bin',
      right: 'manage-plugins',
      body: object({ confirm: flag }),
      answer: anyObject,
    },
  },
  '/api/plugins/:id/export': {
    GET: {
      tag: 'plugins',
      summary: 'The data that only the plugin has, as a zip of CSV and JSON',
      right: 'manage-plugins',
      answerType: 'application/zip',
      answer: binary,
    },
  },
  '/api/plugins/:id/settings': {
    GET: {
      tag: 'plugins',
      summary: 'Settings with their schema; secrets are not shown',
      right: 'manage-plugins',
      answer: anyObject,
    },
    PUT: {
      tag: 'plugins',
      summary: 'Set them all; a secret that is left out stays, null takes one away',
      right: 'manage-plugins',
      body: anyObject,
      answer: anyObject,
    },
  },
  '/api/plugins/:id/merge': {
    GET: {
      tag: 'plugins',
      summary: 'What both an upgrade and the organization changed: base, theirs, ours',
      right: 'manage-plugins',
      answer: anyObject,
    },
    POST: {
      tag: 'plugins',
      summary: 'Decide conflicts: keep ours, or take theirs',
      right: 'manage-plugins',
      body: object({ decisions: list(object({ id, take: oneOf('ours', 'theirs') })) }),
      answer: anyObject,
    },
  },
};
