// The server's routes about plugins (/api/plugins/…), as their pages ask them.
import { ClientError, type Client } from '../../../client/index.ts';

export interface Health {
  readonly state: 'closed' | 'open' | 'half-open';
  readonly strikes: number;
  readonly last?: { readonly at: string; readonly reason: string };
}

export interface Plugin {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly source: 'release' | 'package';
  readonly state: 'on' | 'off' | 'uninstalled' | 'missing';
  readonly requires: readonly string[];
  readonly requiredBy: readonly string[];
  /** `account:read`, `host:api.example.org`, `secret:token`, `jobs` */
  readonly rights: readonly string[];
  readonly hasSettings: boolean;
  /** Of upgrades, open. */
  readonly conflicts: number;
  readonly health?: Health;
}

/** A part of one's own documents that is not in the model. */
export interface LeftOut {
  readonly document: string;
  readonly pointer: string;
  readonly message: string;
}

export interface Property {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: { readonly type?: string };
  readonly default?: unknown;
  readonly writeOnly?: boolean;
}

export interface Settings {
  readonly schema: {
    readonly properties?: Readonly<Record<string, Property>>;
    readonly required?: readonly string[];
  } | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: readonly { readonly name: string; readonly set: boolean }[];
}

export interface Conflict {
  readonly id: string;
  readonly document: string;
  readonly path: string;
  readonly kind: 'value' | 'order';
  readonly from: string;
  readonly to: string;
  /** An absent one: it was not there, or was taken away. */
  readonly base?: unknown;
  readonly theirs?: unknown;
  readonly ours?: unknown;
  readonly decision?: 'ours' | 'theirs';
}

export interface Report {
  readonly entities: readonly { readonly entity: string; readonly title: string; readonly rows: number }[];
  readonly fields: readonly {
    readonly entity: string;
    readonly field: string;
    readonly title: string;
    readonly values: number;
  }[];
  readonly links: readonly { readonly relation: string; readonly rows: number }[];
  readonly files: number;
  readonly documents: readonly LeftOut[];
}

/** Whether the app that is served has the browser halves of all plugins that are on. */
export type AppState = 'ready' | 'building' | 'failed';

export interface Plugins {
  readonly plugins: readonly Plugin[];
  readonly leftOut: readonly LeftOut[];
  readonly app: AppState;
}

export interface PluginsApi {
  plugins(): Promise<Plugins>;
  /** `id` of one that is to be upgraded. */
  send(file: File, id: string | undefined, accepted: string | undefined, confirmed: boolean): Promise<Plugin>;
  act(id: string, what: 'enable' | 'disable' | 'reset'): Promise<void>;
  settings(id: string): Promise<Settings>;
  set(id: string, values: Readonly<Record<string, unknown>>): Promise<void>;
  conflicts(id: string): Promise<readonly Conflict[]>;
  decide(id: string, decisions: readonly { readonly id: string; readonly take: 'ours' | 'theirs' }[]): Promise<void>;
  report(id: string): Promise<Report>;
  uninstall(id: string): Promise<void>;
}

export const exportUrl = (id: string): string => `/api/plugins/${encodeURIComponent(id)}/export`;

export function createPluginsApi(client: Client): PluginsApi {
  const at = (...parts: readonly string[]): string => ['/api/plugins', ...parts.map(encodeURIComponent)].join('/');
  return {
    plugins: async () => (await client.ask('GET', at())) as Awaited<ReturnType<PluginsApi['plugins']>>,
    async send(file, id, accepted, confirmed) {
      const query = new URLSearchParams();
      if (accepted !== undefined) query.set('acceptRights', accepted);
      if (confirmed) query.set('confirm', 'true');
      const path = `${id === undefined ? at() : at(id, 'upgrade')}?${query.toString()}`;
      const response = await fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/gzip' },
        body: file,
      });
      const body = (await response.json().catch(() => ({}))) as {
        readonly error?: {
          readonly code: string;
          readonly message: string;
          readonly details?: ClientError['details'];
          readonly '@peyvand.data'?: ClientError['data'];
        };
      };
      if (response.ok) return body as unknown as Plugin;
      const { code = `HTTP_${response.status}`, message = response.statusText, details } = body.error ?? {};
      throw new ClientError(response.status, code, message, details ?? [], body.error?.['@peyvand.data'] ?? {});
    },
    async act(id, what) {
      await client.ask('POST', at(id, what), {});
    },
    settings: async (id) => (await client.ask('GET', at(id, 'settings'))) as Settings,
    async set(id, values) {
      await client.ask('PUT', at(id, 'settings'), values);
    },
    conflicts: async (id) =>
      ((await client.ask('GET', at(id, 'merge'))) as { readonly conflicts: readonly Conflict[] }).conflicts,
    async decide(id, decisions) {
      await client.ask('POST', at(id, 'merge'), { decisions });
    },
    report: async (id) => (await client.ask('GET', at(id, 'uninstall'))) as Report,
    async uninstall(id) {
      await client.ask('POST', at(id, 'uninstall'), { confirm: true });
    },
  };
}
