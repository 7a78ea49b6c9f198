// OpenAPI of /api/access: why somebody may or may not, and what a change of rights would do.
import { hasRight, privileges } from '../../../core/security/access.ts';
import type { Model } from '../../../core/model/model.ts';
import type { Principal } from '../../../core/security/principal.ts';

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const id: Schema = { type: 'string', format: 'uuid' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const object = (properties: Readonly<Record<string, Schema>>): Schema => ({ type: 'object', properties });
const named: Schema = {
  ...object({ id, name: text }),
  description: 'Empty where the caller may not read who it is.',
};
const count: Schema = {
  ...object({ rows: { type: 'integer' }, more: { type: 'boolean', description: 'There are more than that.' } }),
  type: ['object', 'null'],
  description: 'null: not counted, because it took too long or is not for the caller to know.',
};
const verdict: Readonly<Record<string, Schema>> = {
  privilege: { enum: privileges },
  decision: { enum: ['yes', 'no'] },
  rows: { enum: ['all', 'some', 'none'], description: 'Without a record: on which rows.' },
  text: { ...text, description: 'A sentence in the caller’s language.' },
  because: list(
    object({
      kind: { ...text, description: 'administrator, role, share, hierarchy, deny, …' },
      holds: { type: 'boolean', description: 'For the record. Missing where it is not told.' },
      role: text,
      roleTitle: text,
      depth: text,
      when: text,
      via: object({ team: named }),
      unit: named,
      share: object({ principal: named, rights: list(text), expiresAt: text, by: named, reason: text }),
      hierarchy: object({ report: named, level: { enum: ['direct', 'far'] } }),
      deny: object({ id: text, title: text, when: text }),
      text,
    }),
  ),
  missing: list(object({ kind: text, role: text, depth: text, right: text, candidates: list(text), text })),
};
const json = (schema: Schema): Schema => ({ content: { 'application/json': { schema } } });
const error = { $ref: '#/components/responses/Error' };
const option = (name: string, description: string, schema: Schema = text, required = false): Schema => ({
  name,
  in: 'query',
  description,
  schema,
  ...(required && { required }),
});

const explanation: Schema = object({
  entity: text,
  title: text,
  member: { ...text, description: 'Of a record of a union: the entity that it is one of.' },
  record: id,
  user: named,
  self: { type: 'boolean' },
  field: object({ name: text, secured: { type: 'boolean' }, profiles: list(object({ id: text, title: text })), text }),
  ...verdict,
  verdicts: { ...list(object(verdict)), description: 'Without `privilege`: one for each of the eight.' },
});

const people = object({ right: text, gaining: list(named), losing: list(named) });
const whatIf: Schema = object({
  users: object({ affected: { type: 'integer' }, examined: { type: 'integer' } }),
  entities: list(
    object({
      entity: text,
      title: text,
      privileges: list(
        object({
          privilege: { enum: privileges },
          gaining: { type: 'integer' },
          losing: { type: 'integer' },
          people: list(object({ user: named, before: text, after: text, gains: count, loses: count })),
        }),
      ),
    }),
  ),
  rights: list(people),
  fields: list({ allOf: [people, object({ entity: text, field: text, title: text })] }),
  counted: { type: 'boolean' },
});

export function accessPaths(model: Model, principal: Principal): Schema {
  const managesUsers = hasRight(principal, model, 'manage-users');
  return {
    '/api/access/explain': {
      get: {
        tags: ['access'],
        summary: 'Why somebody may or may not',
        parameters: [
          option('entity', 'Logical name', text, true),
          option('record', 'Without it: about the entity, on which rows', id),
          option('privilege', 'Without it: all eight', { enum: privileges }),
          option('field', 'Logical name of a field'),
          ...(managesUsers ? [option('user', 'systemuserid; without it: the caller', id)] : []),
          option('language', 'Of the sentences: en, fa'),
        ],
        responses: { 200: { description: 'The decision and what it rests on', ...json(explanation) }, default: error },
      },
    },
    ...(managesUsers && {
      '/api/access/what-if': {
        post: {
          tags: ['access'],
          summary: 'Who would gain and lose what; nothing is changed',
          requestBody: {
            required: true,
            ...json({
              anyOf: [
                object({ role: text, document: { type: 'object' }, remove: { type: 'boolean' } }),
                object({ profile: text, document: { type: 'object' }, remove: { type: 'boolean' } }),
                object({
                  user: id,
                  team: id,
                  give: list(text),
                  take: list(text),
                  giveProfiles: list(text),
                  takeProfiles: list(text),
                }),
              ],
            }),
          },
          responses: { 200: { description: 'By entity and privilege', ...json(whatIf) }, default: error },
        },
      },
    }),
  };
}
