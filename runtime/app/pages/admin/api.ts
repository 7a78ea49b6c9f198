// The administration routes of the server as the pages call them, with the shapes they answer.
import type { Client } from '../../../client/index.ts';

export interface Named {
  readonly id: string;
  readonly name: string;
}

export interface Held extends Named {
  /** Id of the role's or profile's document. */
  readonly document: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly title: string;
  readonly language: string;
  readonly unit: Named | null;
  readonly manager: Named | null;
  readonly teams: readonly Named[];
  readonly roles: readonly Held[];
  readonly profiles: readonly Held[];
  readonly canSignIn: boolean;
  readonly secondFactor: boolean;
  readonly lastSignIn: string | null;
  readonly disabled: boolean;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: 'owner' | 'access';
  readonly isDefault: boolean;
  readonly unit: Named | null;
  readonly memberCount: number;
  readonly members: readonly Named[];
  readonly roles: readonly Held[];
  readonly profiles: readonly Held[];
}

export interface Unit extends Named {
  readonly parentId: string | null;
  readonly root: boolean;
  readonly disabled: boolean;
  readonly users: number;
  readonly teams: number;
}

export interface Session {
  readonly id: string;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly expiresAt: string;
  readonly address: string;
  readonly userAgent: string;
}

export interface OpenSession extends Session {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly start: string;
  readonly roles: readonly string[] | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface UserKey extends Key {
  readonly userId: string;
  readonly email: string;
}

export interface Access {
  readonly email: string | null;
  readonly canSignIn: boolean;
  readonly secondFactor: boolean;
  readonly lockedUntil: string | null;
  readonly sessions: readonly Session[];
  readonly keys: readonly Key[];
}

export interface EntityRow {
  readonly name: string;
  readonly title: string;
  readonly plural: string;
  readonly icon?: string;
  readonly ownership: 'user' | 'organization';
  readonly union: boolean;
  readonly secured: number;
  readonly layer: string;
  readonly layerTitle: string;
}

export interface EntityField {
  readonly name: string;
  readonly title: string;
  readonly type: string;
  readonly text: boolean;
  readonly secured: boolean;
  readonly securable: boolean;
}

export interface DocumentSummary {
  readonly id: string;
  /** The row by which it is given. */
  readonly row: string | null;
  readonly title: string;
  readonly description: string;
  readonly layer: string;
  readonly overlaid: boolean;
  readonly users: number;
  readonly teams: number;
  readonly rights?: readonly string[];
  readonly fields?: number;
}

export type Document = Readonly<Record<string, unknown>>;

export interface SecurityDocument {
  readonly id: string;
  readonly title: string;
  readonly document: Document;
  readonly below?: Document;
  readonly layer: string;
  readonly overlaid: boolean;
  readonly etag: string;
  readonly row: string | null;
  readonly holders: {
    readonly users: readonly Named[];
    readonly teams: readonly Named[];
    readonly userCount: number;
    readonly teamCount: number;
  };
}

export interface Effective {
  readonly entities: Readonly<Record<string, Readonly<Record<string, EffectiveCell>>>>;
  readonly rights: Readonly<Record<string, readonly string[]>>;
  readonly administrator: boolean;
}

export interface EffectiveCell {
  readonly depth: string;
  readonly sources: readonly {
    readonly role: string;
    readonly team?: string;
    readonly depth: string;
    readonly when?: string;
  }[];
  readonly denies?: readonly {
    readonly role: string;
    readonly id: string;
    readonly title?: string;
    readonly when?: string;
  }[];
}

/** What POST /api/access/what-if answers, as far as it is shown. */
export interface WhatIf {
  readonly users: { readonly affected: number; readonly examined: number };
  readonly entities: readonly {
    readonly entity: string;
    readonly title: string;
    readonly privileges: readonly { readonly privilege: string; readonly gaining: number; readonly losing: number }[];
  }[];
}

export interface Problem {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

export interface NewUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly unitId: string;
  readonly language: string;
  readonly roles: readonly string[];
}

type Kind = 'roles' | 'profiles';

export interface AdminApi {
  users(
    query: Readonly<Record<string, string | number>>,
  ): Promise<{ readonly users: readonly User[]; readonly total: number }>;
  user(id: string): Promise<User>;
  access(id: string): Promise<Access>;
  rights(id: string): Promise<Effective | null>;
  makeUser(user: NewUser): Promise<string>;
  /** A link where no mail was sent. */
  invite(id: string): Promise<{ readonly sent: boolean; readonly link?: string }>;
  act(id: string, what: 'unlock' | 'sign-out' | 'disable-second-factor'): Promise<void>;
  teams(): Promise<readonly Team[]>;
  units(): Promise<readonly Unit[]>;
  sessions(skip: number): Promise<{ readonly sessions: readonly OpenSession[]; readonly total: number }>;
  endSession(id: string): Promise<void>;
  keys(): Promise<readonly UserKey[]>;
  endKey(id: string): Promise<void>;
  entities(): Promise<readonly EntityRow[]>;
  fields(entity: string): Promise<readonly EntityField[]>;
  secure(entity: string, field: string, secured: boolean): Promise<void>;
  documents(kind: Kind): Promise<readonly DocumentSummary[]>;
  document(kind: Kind, id: string): Promise<SecurityDocument>;
  /** `etag` '' for a new one. */
  save(kind: Kind, id: string, document: Document, etag: string): Promise<SecurityDocument>;
  revert(kind: Kind, id: string, etag: string): Promise<SecurityDocument>;
  remove(kind: Kind, id: string): Promise<void>;
  tryRole(id: string, document: Document): Promise<readonly Problem[]>;
  whatIf(role: string, document: Document): Promise<WhatIf>;
  views(): Promise<ViewUses>;
  /** `view`: a document id. */
  viewAdvice(view: string): Promise<ViewAdvice>;
  tryView(view: string): Promise<TryJob>;
  job(id: string): Promise<TryJob>;
  takeBackIndex(name: string): Promise<void>;
}

export interface UsedView {
  /** Document id: `account/views/active`. */
  readonly view: string;
  readonly title: string;
  readonly entity: string;
  readonly entityTitle: string;
  readonly runs: number;
  /** Milliseconds, where it was ever asked for. */
  readonly mean?: number;
  readonly longest?: number;
  readonly lastAt?: string;
}

export interface IndexKey {
  readonly column: string;
  readonly kind: string;
}

export interface ViewIndex {
  readonly name: string;
  readonly view: string;
  readonly entity: string;
  readonly keys: readonly IndexKey[];
  /** Milliseconds. */
  readonly before: number;
  readonly after: number;
}

export interface ViewUses {
  readonly views: readonly UsedView[];
  readonly indexes: readonly ViewIndex[];
}

export interface ViewAdvice {
  readonly view: string;
  readonly entity: string;
  /** Milliseconds. */
  readonly took: number;
  readonly index: string | null;
  readonly discarded: number;
  readonly proposals: readonly { readonly name: string; readonly keys: readonly IndexKey[] }[];
}

/** The job that tries indexes for a view. */
export interface TryJob {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly total: number | null;
  readonly result: {
    readonly before: number;
    readonly kept: string | null;
    readonly tried: readonly { readonly name: string; readonly after: number }[];
  } | null;
  readonly failure: { readonly message: string } | null;
}

const BASE = '/api/admin';

/** `account/views/active` → its entity and its name */
const placeOf = (view: string): readonly string[] => view.split('/views/');

export function createAdminApi(client: Client, language: string): AdminApi {
  const at = (...parts: readonly string[]) => [BASE, ...parts.map(encodeURIComponent)].join('/');
  const spoken = (path: string) => `${path}${path.includes('?') ? '&' : '?'}language=${encodeURIComponent(language)}`;
  const get = async <T>(path: string): Promise<T> => (await client.ask('GET', spoken(path))) as T;
  const match = (etag: string): Readonly<Record<string, string>> =>
    etag === '' ? { 'If-None-Match': '*' } : { 'If-Match': `"${etag}"` };
  return {
    users(query) {
      const parts = Object.entries(query).flatMap(([name, value]) =>
        value === '' ? [] : [`${name}=${encodeURIComponent(value)}`],
      );
      return get(`${BASE}/users?${parts.join('&')}`);
    },
    user: (id) => get(at('users', id)),
    access: (id) => get(at('users', id, 'access')),
    rights: (id) => get(at('users', id, 'rights')),
    makeUser: async (user) => ((await client.ask('POST', at('users'), user)) as Named).id,
    invite: async (id) =>
      (await client.ask('POST', at('users', id, 'invitation'), {})) as {
        readonly sent: boolean;
        readonly link?: string;
      },
    async act(id, what) {
      await client.ask('POST', at('users', id, what), {});
    },
    teams: async () => (await get<{ teams: readonly Team[] }>(at('teams'))).teams,
    units: async () => (await get<{ units: readonly Unit[] }>(at('units'))).units,
    sessions: (skip) => get(`${BASE}/sessions?skip=${skip}`),
    async endSession(id) {
      await client.ask('DELETE', at('sessions', id));
    },
    keys: async () => (await get<{ keys: readonly UserKey[] }>(at('keys'))).keys,
    async endKey(id) {
      await client.ask('DELETE', at('keys', id));
    },
    entities: async () => (await get<{ entities: readonly EntityRow[] }>(at('entities'))).entities,
    fields: async (entity) => (await get<{ fields: readonly EntityField[] }>(at('entities', entity, 'fields'))).fields,
    async secure(entity, field, secured) {
      await client.ask('PUT', at('entities', entity, 'fields', field), { secured });
    },
    documents: async (kind) => (await get<Record<Kind, readonly DocumentSummary[]>>(at(kind)))[kind],
    document: (kind, id) => get(at(kind, id)),
    save: async (kind, id, document, etag) =>
      (await client.ask('PUT', spoken(at(kind, id)), { document }, match(etag))) as SecurityDocument,
    revert: async (kind, id, etag) =>
      (await client.ask('DELETE', spoken(at(kind, id, 'overlay')), undefined, match(etag))) as SecurityDocument,
    async remove(kind, id) {
      await client.ask('DELETE', at(kind, id));
    },
    tryRole: async (id, document) =>
      ((await client.ask('POST', at('roles', id, 'try'), { document })) as { problems: readonly Problem[] }).problems,
    views: () => get(at('views')),
    viewAdvice: (view) => get(at('views', ...placeOf(view))),
    tryView: async (view) => (await client.ask('POST', at('views', ...placeOf(view), 'index'), {})) as TryJob,
    job: async (id) => (await client.ask('GET', `/api/jobs/${encodeURIComponent(id)}`)) as TryJob,
    async takeBackIndex(name) {
      await client.ask('DELETE', at('views', 'indexes', name));
    },
    whatIf: async (role, document) => (await client.ask('POST', '/api/access/what-if', { role, document })) as WhatIf,
  };
}
