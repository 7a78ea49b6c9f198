// $metadata: the model as CSDL XML 4.0 (http://docs.oasis-open.org/odata/odata/v4.0/odata-v4.0-part3-csdl.html), made once
// per model version, set of roles, field profiles and language: what the caller may read or write, and the way from there.
import type { Model } from '../../../core/model/model.ts';
import type { OperationDescription } from '../../../core/sdk/index.ts';
import { accessShape, readableEntities } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { references } from './annotations.ts';
import { ALIAS, BASE_TYPE, entitySet, entityType, JSON_TYPE, NAMESPACE, openReader } from './entity-type.ts';
import { describeOperations } from './operations.ts';
import { element } from './xml.ts';

const made = new WeakMap<Model, Map<string, string>>();

/** `annotated`: with labels, descriptions and the options of choices, in the caller's language. */
export function csdlOf(
  model: Model,
  principal: Principal,
  operations: readonly OperationDescription[],
  annotated: boolean,
): string {
  let texts = made.get(model);
  if (!texts) made.set(model, (texts = new Map()));
  const key = `${annotated ? principal.language : ''}\n${accessShape(principal)}`;
  let text = texts.get(key);
  if (text === undefined) {
    // Rights come in many shapes, and each text is large.
    if (texts.size >= 50) texts.clear();
    texts.set(key, (text = build(model, principal, operations, annotated)));
  }
  return text;
}

function build(
  model: Model,
  principal: Principal,
  operations: readonly OperationDescription[],
  annotated: boolean,
): string {
  const entities = readableEntities(principal, model);
  const reader = openReader(model, principal, entities, annotated);
  const described = describeOperations(reader, operations);
  const container = element(
    'EntityContainer',
    { Name: 'System' },
    ...entities.map((entity) => entitySet(reader, entity)),
    described.imports,
  );
  const nameOf = (type: string): string => type.slice(ALIAS.length + 1);
  const schema = element(
    'Schema',
    { Namespace: NAMESPACE, Alias: ALIAS, xmlns: 'http://docs.oasis-open.org/odata/ns/edm' },
    element('EntityType', { Name: nameOf(BASE_TYPE), Abstract: true }),
    element('ComplexType', { Name: nameOf(JSON_TYPE), OpenType: true }),
    ...entities.map((entity) => entityType(reader, entity)),
    described.types,
    container,
  );
  const edmx = element(
    'edmx:Edmx',
    { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' },
    references(),
    element('edmx:DataServices', {}, schema),
  );
  return `<?xml version="1.0" encoding="utf-8"?>${edmx}`;
}
