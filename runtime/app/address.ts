// The app's addresses: `/app/account/active?sort=-name`, `/app/account/record/<id>`, `/app/account/new`, `/app/my-security`;
// before signing in `/sign-in`, `/reset-password`.

export type Address =
  | { readonly kind: 'home' }
  | { readonly kind: 'list'; readonly entity: string; readonly view: string | undefined }
  | { readonly kind: 'record'; readonly entity: string; readonly id: string }
  | { readonly kind: 'new'; readonly entity: string }
  | { readonly kind: 'my-security' }
  | { readonly kind: 'search' }
  | { readonly kind: 'my-jobs' }
  | { readonly kind: 'dashboard'; readonly id: string }
  /** `<plugin>.<page>`. */
  | { readonly kind: 'page'; readonly name: string }
  | { readonly kind: 'reset-password' }
  /** `/admin/roles/seller`: what follows `admin`; read by administration.ts. */
  | { readonly kind: 'admin'; readonly parts: readonly string[] }
  | { readonly kind: 'unknown' };

/** No entity has a hyphen in its name. */
export const MY_SECURITY_URL = '/app/my-security';
export const MY_JOBS_URL = '/app/my-jobs';

export const SEARCH_PATH = '/app/search';

export function readAddress(path: string): Address {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (parts.length === 0 || (parts.length === 1 && (parts[0] === 'app' || parts[0] === 'sign-in')))
    return { kind: 'home' };
  if (path === MY_SECURITY_URL) return { kind: 'my-security' };
  if (path === SEARCH_PATH) return { kind: 'search' };
  if (path === MY_JOBS_URL) return { kind: 'my-jobs' };
  if (path === '/reset-password') return { kind: 'reset-password' };
  if (parts[0] === 'admin') return { kind: 'admin', parts: parts.slice(1) };
  const [app, entity, third, fourth, ...rest] = parts;
  if (app === 'dashboard' && entity !== undefined) return { kind: 'dashboard', id: entity };
  if (app === 'page' && entity !== undefined) return { kind: 'page', name: entity };
  if (app !== 'app' || entity === undefined || rest.length > 0) return { kind: 'unknown' };
  if (third === 'record' && fourth !== undefined) return { kind: 'record', entity, id: fourth };
  if (fourth !== undefined) return { kind: 'unknown' };
  if (third === 'new') return { kind: 'new', entity };
  return { kind: 'list', entity, view: third };
}

export const recordUrl = (entity: string, id: string): string =>
  `/app/${encodeURIComponent(entity)}/record/${encodeURIComponent(id)}`;
export const newUrl = (entity: string): string => `/app/${encodeURIComponent(entity)}/new`;
export const listUrl = (entity: string, view?: string): string =>
  `/app/${encodeURIComponent(entity)}${view === undefined ? '' : `/${encodeURIComponent(view)}`}`;

/** Where a place of the site map leads. */
export function placeUrl({ entity, view, dashboard, page, url }: Place): string {
  if (entity !== undefined) return listUrl(entity, view === undefined ? undefined : shortId(view));
  if (dashboard !== undefined) return `/dashboard/${encodeURIComponent(dashboard)}`;
  return page === undefined ? (url ?? '/app') : `/page/${encodeURIComponent(page)}`;
}

export interface Place {
  readonly entity?: string;
  readonly view?: string;
  readonly dashboard?: string;
  readonly page?: string;
  readonly url?: string;
}

/** `account/views/active` and `active` → `active`. */
export const shortId = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** The one place of the site map where somebody is: of several for an entity that of the view shown, else the first. */
export function currentPlace<P extends Place>(places: readonly P[], address: Address, path: string): P | undefined {
  if (!('entity' in address))
    return places.find((one) => one.entity === undefined && placeUrl(one) === decodeURI(path));
  const view = address.kind === 'list' ? address.view : undefined;
  const own = places.filter((one) => one.entity === address.entity);
  return (
    own.find((one) => view !== undefined && one.view !== undefined && shortId(one.view) === view) ??
    own.find((one) => one.view === undefined) ??
    own[0]
  );
}
