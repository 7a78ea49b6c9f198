// Changes of definitions become documents of the organization's own layer and are published at once, under the lock of
// publishing: two writers come one after the other, and whoever comes second builds upon what the first one made.
import type { Layer, Problem, SourceDocument } from '../../../core/model/layer.ts';
import { layerOf } from '../../../core/model/read-layer.ts';
import { writeDocument } from '../../../core/model/write-layer.ts';
import type { Model } from '../../../core/model/model.ts';
import type { Organization } from '../../../core/organization.ts';
import { requireRight } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { PeyvandError, type JsonObject, type Violation } from '../../../core/sdk/index.ts';
import { fail } from '../errors.ts';
import { openDraft, type Draft } from './draft.ts';

export interface Change<T> {
  /** `The entity new_loyalty`, for messages. */
  readonly what: string;
  /** It takes something away: data goes to the recycle bin, and what still uses it stands in the way. */
  readonly removes?: boolean;
  readonly edit: (draft: Draft) => T;
}

/** Throws RIGHT_MISSING (403) unless the caller may customize and publish. */
export function requireCustomizer(principal: Principal, model: Model): void {
  requireRight(principal, model, 'customize');
  requireRight(principal, model, 'publish');
}

/** @throws DEFINITION_INVALID (400), DEFINITION_IN_USE (409) with every problem, and whatever planning refuses. */
export async function publishDefinitions<T>(
  organization: Organization,
  principal: Principal,
  change: Change<T>,
): Promise<T> {
  requireCustomizer(principal, organization.current().model);
  let result: { readonly value: T } | undefined;
  try {
    await organization.publish(
      (present) => {
        const model = modelOf(organization, present);
        const draft = openDraft(model, principal, organization.below(), present);
        const value = change.edit(draft);
        refuse(change, draft.problems);
        for (const right of draft.needs) requireRight(principal, model, right);
        result = { value };
        return layerWith(change, present, draft.documents);
      },
      { userId: principal.userId, confirm: change.removes === true },
    );
  } catch (error) {
    if (error instanceof PeyvandError && error.code === 'MODEL_INVALID')
      refuse(change, violations((error.data?.['problems'] ?? []) as readonly Problem[]));
    throw error;
  }
  if (!result) throw new TypeError('a publish ended without asking for its layer');
  return result.value;
}

/** Another process may have published since this one last heard. */
function modelOf(organization: Organization, present: Layer): Model {
  const known = organization.layer();
  const same =
    known.documents.size === present.documents.size &&
    [...present.documents].every(([id, { text }]) => known.documents.get(id)?.text === text);
  return same ? organization.current().model : organization.compile(present);
}

function layerWith(change: Change<unknown>, present: Layer, documents: ReadonlyMap<string, JsonObject>): Layer {
  const next = new Map<string, SourceDocument>();
  const changed: Record<string, JsonObject> = {};
  for (const [id, body] of documents) {
    const last = present.documents.get(id);
    if (last?.body === body) next.set(id, last);
    else changed[id] = body;
  }
  const { layer, problems } = layerOf(present, changed);
  refuse(change, violations(problems));
  for (const [id, { body }] of layer.documents)
    next.set(id, { file: `${present.id}:${id}.json`, text: writeDocument(id, body), body });
  return { ...present, documents: next };
}

function violations(problems: readonly Problem[]): readonly Violation[] {
  return problems.map(({ code, file, pointer, message }) => ({
    code,
    target: `${file.replace(/^organization:/, '').replace(/\.json$/, '')}#${pointer}`,
    message,
  }));
}

function refuse({ what, removes }: Change<unknown>, details: readonly Violation[]): void {
  const [first] = details;
  if (!first) return;
  const below = details.every(({ code }) => code.startsWith('DEFINITION_'));
  const code = removes === true && !below ? 'DEFINITION_IN_USE' : 'DEFINITION_INVALID';
  throw fail(code, { what, count: details.length, first: first.message }, { details });
}
