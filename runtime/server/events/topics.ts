// `topics=account,opportunity:<id>,jobs`: what a subscription is about.
import { requirePrivilege } from '../../../core/security/access.ts';
import type { Topics } from '../../../core/feed/live.ts';
import type { Model } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { fail } from '../errors.ts';

export interface Subscription {
  readonly topics: Topics;
  readonly jobs: boolean;
}

const MOST = 200;
const ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Throws TOPIC_INVALID (400), ENTITY_UNKNOWN (404), PRIVILEGE_MISSING (403). */
export function readTopics(text: string, model: Model, principal: Principal): Subscription {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length > MOST) throw fail('TOPIC_INVALID', { reason: `there are more than ${MOST}` });
  const topics = new Map<string, Set<string> | 'all'>();
  let jobs = false;
  for (const name of names) {
    if (name === 'jobs') {
      jobs = true;
      continue;
    }
    const [entity = '', id, ...rest] = name.split(':');
    if (!model.entities.has(entity)) {
      throw fail('ENTITY_UNKNOWN', { name: entity, suggestion: suggest(entity, model.entities.keys()) });
    }
    if (rest.length > 0 || (id !== undefined && !ID.test(id)))
      throw fail('TOPIC_INVALID', { reason: `'${name.slice(0, 100)}' is neither an entity nor entity:id` });
    requirePrivilege(principal, model, 'read', entity);
    // A union's rows are written under their own names.
    for (const member of model.entities.get(entity)?.union?.members ?? [entity]) {
      const known = topics.get(member);
      if (id === undefined) topics.set(member, 'all');
      else if (known === undefined) topics.set(member, new Set([id.toLowerCase()]));
      else if (known !== 'all') known.add(id.toLowerCase());
    }
  }
  return { topics, jobs };
}
