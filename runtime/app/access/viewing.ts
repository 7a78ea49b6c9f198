// Seeing with somebody else's eyes: what is sent with each request, and metadata that offers nothing to change.
import type { AppMetadata, EntityMetadata } from '../../../metadata/effective.ts';
import './view-as-banner.ts';

/** These are about whoever is signed in. */
const OWN = /\/api\/(?:auth|admin|setup)(?:\/|$)/;

/** `fetch` with the viewed person's header. */
export function fetchAs(id: string, input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (!OWN.test(String(input))) headers.set('Peyvand-View-As', id);
  return fetch(input, { ...init, headers });
}

export function unchangeable(entity: EntityMetadata): EntityMetadata {
  const fields = Object.entries(entity.fields).map(([name, field]) => [name, { ...field, readOnly: true }] as const);
  return { ...entity, create: false, quickCreate: false, fields: Object.fromEntries(fields) };
}

export function unchangeableApp(app: AppMetadata): AppMetadata {
  const entities = Object.entries(app.entities).map(
    ([name, entity]) => [name, { ...entity, create: false, quickCreate: false }] as const,
  );
  return { ...app, entities: Object.fromEntries(entities) };
}
