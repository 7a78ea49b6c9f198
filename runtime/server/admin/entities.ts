// GET /api/admin/entities: every entity as administrators see it, whatever they may read of its rows: the rows of the matrix of
// a role, and the fields that a field profile may be about.
import type { Entity, Model } from '../../../core/model/model.ts';
import { whyNotSecured } from '../../../core/model/check-secured.ts';
import { translateField, translator } from '../../../core/model/labels.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { nameOf, translateFor } from './request.ts';

function pluginTitle(services: Services, layer: string): string {
  const title = services.organization
    .below()
    .find(({ id }) => id === layer)
    ?.documents.get('plugin')?.body['title'];
  return typeof title === 'string' ? title : layer;
}

/** → {entities: [{name, title, plural, icon?, ownership, union, layer, layerTitle}]} */
export function showEntities(services: Services, exchange: Exchange, principal: Principal): Response {
  const { model } = services.organization.current();
  const translate = translateFor(services, readQueryString(exchange.query), principal);
  const entities = [...model.entities.values()].map((entity) => {
    const document = `${entity.name}/entity`;
    const layer = services.organization.below().find(({ documents }) => documents.has(document))?.id ?? 'organization';
    return {
      name: entity.name,
      title: translate(document, 'title', entity.title),
      plural: translate(document, 'plural', entity.plural),
      ...(entity.icon !== undefined && { icon: entity.icon }),
      ownership: entity.ownership,
      union: entity.union !== undefined,
      secured: [...entity.fields.values()].filter((field) => field.secured).length,
      layer,
      layerTitle: pluginTitle(services, layer),
    };
  });
  return answerJson(200, { entities });
}

/** → {fields: [{name, title, type, text, secured, securable}]} of one entity, in its order */
export function showEntityFields(services: Services, exchange: Exchange, principal: Principal): Response {
  const { model } = services.organization.current();
  const name = nameOf(exchange);
  const entity = model.entities.get(name);
  if (!entity)
    throw fail('ENTITY_UNKNOWN', { name: name.slice(0, 80), suggestion: suggest(name, model.entities.keys()) });
  const asked = readQueryString(exchange.query).get('language');
  const translate = translator(model, asked !== undefined && /^[\w-]{2,35}$/.test(asked) ? asked : principal.language);
  return answerJson(200, {
    fields: [...entity.fields.values()].map((field) => ({
      name: field.name,
      title: translateField(model, translate, entity, field, 'title', field.title),
      type: field.type.name,
      text: field.columns.length === 1 && field.columns[0]?.type === 'text',
      secured: field.secured,
      securable: securable(model, entity, field.name),
    })),
  });
}

/** What would be refused is not offered; of fields of traits and unions the mark stands elsewhere. */
function securable(model: Model, entity: Entity, name: string): boolean {
  const field = entity.fields.get(name);
  if (!field || entity.union || whyNotSecured(model, entity, field) !== undefined) return false;
  return model.documents.get(`${entity.name}/entity`) !== undefined && field.origins.includes(`${entity.name}/entity`);
}
