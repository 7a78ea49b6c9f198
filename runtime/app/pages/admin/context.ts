// What every page of administration is handed: the workspace, the texts of administration beside those of the app, the
// server's routes, and how mistakes and done things are told.
import { ClientError } from '../../../client/index.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { createLocale, type Locale } from '../../../ui/locale/index.ts';
import type { Workspace } from '../../../ui/workspace.ts';
import type { Navigation } from '../../navigation.ts';
import { createAdminApi, type AdminApi } from './api.ts';

export interface AdminContext {
  readonly workspace: Workspace;
  readonly navigation: Navigation;
  readonly locale: Locale;
  readonly t: Locale['t'];
  readonly api: AdminApi;
}

type Texts = Readonly<Record<string, string>>;

const catalogues: Readonly<Record<string, () => Promise<{ readonly default: Texts }>>> = {
  en: () => import('./texts/en.json'),
  fa: () => import('./texts/fa.json'),
};

export async function createContext(workspace: Workspace, navigation: Navigation): Promise<AdminContext> {
  const { language, calendar, timeZone } = workspace.locale;
  const load = catalogues[language] ?? catalogues[language.split('-')[0] ?? ''] ?? catalogues['en'];
  const texts = load ? (await load()).default : {};
  const locale = createLocale({ language, calendar, timeZone }, texts, (key) => workspace.locale.t(key));
  return { workspace, navigation, locale, t: locale.t, api: createAdminApi(workspace.client, language) };
}

/** The server's words for what went wrong: its list, where it has one. */
export function wordsOf(error: unknown): string {
  if (error instanceof ClientError && error.details.length > 0)
    return error.details.map(({ message }) => message).join(' ');
  return error instanceof Error ? error.message : String(error);
}

/** After a plugin came, went or changed: the navigation and the pages follow without being loaded anew. */
export function tellModelChanged(from: HTMLElement): void {
  from.dispatchEvent(new CustomEvent('model-changed', { bubbles: true }));
}

/** Does something and tells that it is done, or what the server says against it. False: it was refused. */
export async function attempt(work: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await work();
    if (done !== undefined) showToast(done);
    return true;
  } catch (error) {
    showToast(wordsOf(error), 'error');
    return false;
  }
}
