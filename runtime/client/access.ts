// The client's part for rights: why, shares, what if. Apart from the rest, so that only the dialogs that need it load it.
import type { Client } from './client.ts';

export type Decision = 'yes' | 'no';

export interface Named {
  readonly id?: string;
  readonly name?: string;
}

export interface Because {
  readonly kind: string;
  readonly holds?: boolean;
  readonly text: string;
}

export interface Verdict {
  readonly privilege: string;
  readonly decision: Decision;
  readonly rows?: 'all' | 'some' | 'none';
  readonly text: string;
  readonly because: readonly Because[];
  readonly missing: readonly { readonly kind: string; readonly text: string }[];
}

export interface Explanation {
  readonly entity: string;
  readonly title: string;
  readonly user: Named;
  readonly self: boolean;
  readonly verdicts: readonly Verdict[];
}

/** What is asked: without a record about the entity, without a user about the caller. */
export interface Question {
  readonly entity: string;
  readonly record?: string;
  readonly user?: string;
}

export interface Share {
  readonly principal: { readonly id: string; readonly entity: string; readonly name?: string };
  readonly rights: readonly string[];
  readonly expiresAt: string | null;
  readonly reason: string | null;
}

export interface Shares {
  readonly shares: readonly Share[];
  /** What the caller may pass on. */
  readonly may: { readonly share: boolean; readonly rights: readonly string[] };
}

/** Takes the place of what is shared with the same person or team. */
export interface NewShare {
  readonly rights: readonly string[];
  readonly expiresAt?: string | null;
  readonly reason?: string | null;
}

export interface Count {
  readonly rows: number;
  readonly more: boolean;
}

export interface WhatIf {
  readonly users: { readonly affected: number; readonly examined: number };
  readonly entities: readonly {
    readonly entity: string;
    readonly title: string;
    readonly privileges: readonly {
      readonly privilege: string;
      readonly gaining: number;
      readonly losing: number;
      readonly people: readonly {
        readonly user: Named;
        readonly before: 'none' | 'some' | 'all';
        readonly after: 'none' | 'some' | 'all';
        readonly gains: Count | null;
        readonly loses: Count | null;
      }[];
    }[];
  }[];
  readonly rights: readonly {
    readonly right: string;
    readonly gaining: readonly Named[];
    readonly losing: readonly Named[];
  }[];
  readonly fields: readonly {
    readonly entity: string;
    readonly title: string;
    readonly right: string;
    readonly gaining: readonly Named[];
    readonly losing: readonly Named[];
  }[];
  readonly counted: boolean;
}

/** The forms that POST /api/access/what-if takes. */
export type RightsChange = Readonly<Record<string, unknown>>;

export interface AccessClient {
  explain(question: Question, language: string): Promise<Explanation>;
  shares(entity: string, id: string): Promise<Shares>;
  /** Answers with the rights that do nothing yet: no role of the receiver grants them on the entity. */
  share(entity: string, id: string, principal: string, share: NewShare): Promise<readonly string[]>;
  unshare(entity: string, id: string, principal: string): Promise<void>;
  whatIf(change: RightsChange): Promise<WhatIf>;
}

export function createAccessClient({ ask }: Pick<Client, 'ask'>): AccessClient {
  const sharesAt = (...parts: readonly string[]) => `/api/access/shares/${parts.map(encodeURIComponent).join('/')}`;
  return {
    explain: async (question, language) =>
      (await ask('GET', `/api/access/explain?${new URLSearchParams({ ...question, language })}`)) as Explanation,
    shares: async (entity, id) => (await ask('GET', sharesAt(entity, id))) as Shares,
    share: async (entity, id, principal, share) =>
      ((await ask('PUT', sharesAt(entity, id, principal), share)) as { readonly ineffective: readonly string[] })
        .ineffective,
    unshare: async (entity, id, principal) => void (await ask('DELETE', sharesAt(entity, id, principal))),
    whatIf: async (change) => (await ask('POST', '/api/access/what-if', change)) as WhatIf,
  };
}
