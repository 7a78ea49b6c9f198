// What the app takes of rights when it first needs some of it: seeing with somebody else's eyes (what is sent with each request,
// metadata that offers nothing to change) and the way to why.
import type { AppMetadata, EntityMetadata } from '../../../metadata/effective.ts';
import { VIEW_AS_KEY, type Viewed } from '../view-as.ts';
import type { WhyQuestion, Workspace } from '../../ui/workspace.ts';

/** These are about whoever is signed in. */
const OWN = /\/api\/(?:auth|admin|setup)(?:\/|$)/;

export async function openWhy(workspace: Workspace, question: WhyQuestion): Promise<void> {
  const dialog = await import('./why-dialog.ts');
  await dialog.openWhy(workspace, question);
}

/** Loads the app anew, so that nothing read with one pair of eyes is shown with another. */
export function viewWith(person: Viewed | undefined): void {
  if (person) {
    sessionStorage.setItem(VIEW_AS_KEY, JSON.stringify(person));
    location.assign('/app');
  } else {
    sessionStorage.removeItem(VIEW_AS_KEY);
    location.reload();
  }
}

/** `fetch` with the viewed person's header. */
export async function fetchAs(id: string, input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const url = String(input);
  if (!OWN.test(url)) headers.set('Peyvand-View-As', id);
  const response = await fetch(input, { ...init, headers });
  // Signed out, no longer to be looked at, or not by this person: back to one's own eyes.
  if (url.endsWith('/api/auth/sign-out')) viewWith(undefined);
  if (url.endsWith('/api/me') && (response.status === 403 || response.status === 404)) viewWith(undefined);
  return response;
}

export function unchangeable(entity: EntityMetadata): EntityMetadata {
  const fields = Object.entries(entity.fields).map(([name, field]) => [name, { ...field, readOnly: true }] as const);
  return { ...entity, create: false, quickCreate: false, fields: Object.fromEntries(fields) };
}

/** For the whole app, which from now on says whose eyes these are. */
export function unchangeableApp(app: AppMetadata): AppMetadata {
  void import('./view-as-banner.ts');
  const entities = Object.entries(app.entities).map(
    ([name, entity]) => [name, { ...entity, create: false, quickCreate: false }] as const,
  );
  return { ...app, entities: Object.fromEntries(entities) };
}
