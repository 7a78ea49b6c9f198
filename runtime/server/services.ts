// What the routes of one running server share.
import type { Database } from '../../core/db/sql.ts';
import type { Organization } from '../../core/organization.ts';
import type { SettingsKey } from '../../core/plugins/settings.ts';
import type { Authenticator } from './auth/authenticate.ts';
import type { AuthHost } from './auth/auth-host.ts';
import type { EventHub } from './events/hub.ts';

/** Whether the app that is served has the browser halves of all plugins that are on. */
export type AppState = 'ready' | 'building' | 'failed';

export interface Services {
  readonly database: Database;
  readonly organization: Organization;
  /** For WhoAmI: made from the database and the schema's name. */
  readonly organizationId: string;
  readonly authenticator: Authenticator;
  readonly auth: AuthHost;
  /** Signs delta tokens (core/feed). */
  readonly feedKey: string;
  readonly events: EventHub;
  /** Seals the secrets among plugins' settings. */
  readonly settingsKey: SettingsKey;
  readonly appState: () => AppState;
}
