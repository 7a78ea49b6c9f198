// Functions and actions, those of the platform and those of plugins, with the types of their answers and their imports.
import type { OperationDescription, OperationParameter, OperationValue } from '../../../core/sdk/index.ts';
import { hasRight } from '../../../core/security/access.ts';
import { words } from './annotations.ts';
import { ALIAS, BASE_TYPE, JSON_TYPE, type Reader } from './entity-type.ts';
import { element } from './xml.ts';

const TYPES: Readonly<Record<OperationValue['type'], string>> = {
  text: 'Edm.String',
  boolean: 'Edm.Boolean',
  integer: 'Edm.Int32',
  decimal: 'Edm.Decimal',
  date: 'Edm.Date',
  'date-time': 'Edm.DateTimeOffset',
  id: 'Edm.Guid',
  entity: BASE_TYPE,
  record: BASE_TYPE,
  json: JSON_TYPE,
};

export interface Operations {
  /** Elements of the schema. */
  readonly types: string;
  /** Elements of the container. */
  readonly imports: string;
}

/** Those that the caller may call on something that is there for them. */
export function describeOperations(reader: Reader, all: readonly OperationDescription[]): Operations {
  const { model, principal, readable } = reader;
  const shown = all.filter(
    ({ right, bound, kind, returns }) =>
      (right === undefined || hasRight(principal, model, right)) &&
      (!bound || bound.entity === '*' || readable.has(bound.entity)) &&
      // CSDL knows no function that answers nothing.
      (kind === 'action' || returns !== undefined),
  );
  const responses = new Map<string, string>();
  for (const { name, returns } of shown) {
    if (!returns || !('properties' in returns)) continue;
    const properties = returns.properties.map((one) =>
      element('Property', {
        Name: one.name,
        ...typeOf(reader, one),
        ...(one.optional === true && one.collection !== true ? {} : { Nullable: false }),
      }),
    );
    responses.set(name, element('ComplexType', { Name: `${name}Response` }, ...properties));
  }
  const imports = new Map<string, string>();
  for (const { name, kind, bound, returns } of shown) {
    if (bound) continue;
    const set = returns && 'type' in returns ? setOf(reader, returns) : undefined;
    imports.set(
      name,
      kind === 'function'
        ? element('FunctionImport', { Name: name, Function: `${ALIAS}.${name}`, EntitySet: set })
        : element('ActionImport', { Name: name, Action: `${ALIAS}.${name}`, EntitySet: set }),
    );
  }
  return {
    types: [...responses.values(), ...shown.map((one) => operation(reader, one))].join(''),
    imports: [...imports.values()].join(''),
  };
}

function operation(
  reader: Reader,
  { name, kind, bound, parameters, returns, description }: OperationDescription,
): string {
  const target = bound && (bound.entity === '*' ? BASE_TYPE : `${ALIAS}.${bound.entity}`);
  const binding =
    target &&
    element('Parameter', {
      Name: bound.collection ? 'entityset' : 'entity',
      Type: bound.collection ? `Collection(${target})` : target,
      Nullable: false,
    });
  const answer =
    returns &&
    element(
      'ReturnType',
      'properties' in returns ? { Type: `${ALIAS}.${name}Response`, Nullable: false } : typeOf(reader, returns),
    );
  return element(
    kind === 'function' ? 'Function' : 'Action',
    { Name: name, IsBound: bound ? true : undefined },
    binding ?? '',
    ...parameters.map((one) => parameter(reader, one)),
    answer ?? '',
    reader.annotated ? words('Core.Description', description ?? '') : '',
  );
}

function parameter(reader: Reader, one: OperationParameter): string {
  const { optional } = one;
  return element(
    'Parameter',
    // Whether a list may be missing as a whole is said by the annotation: of a list, Nullable is about its members.
    {
      Name: one.name,
      ...typeOf(reader, one),
      Nullable: one.collection ? false : optional === true ? undefined : false,
    },
    optional === true ? element('Annotation', { Term: 'Core.OptionalParameter' }, element('Record', {})) : '',
    reader.annotated ? words('Core.Description', one.description ?? '') : '',
  );
}

function typeOf(
  { model, readable }: Reader,
  { type, entity, collection }: OperationValue,
): Readonly<Record<string, string | number>> {
  const isKnown = entity !== undefined && model.entities.has(entity) && readable.has(entity);
  const name = (type === 'entity' || type === 'record') && isKnown ? `${ALIAS}.${entity}` : TYPES[type];
  return {
    Type: collection ? `Collection(${name})` : name,
    ...(type === 'decimal' && { Scale: 'variable' }),
    ...(type === 'date-time' && { Precision: 6 }),
  };
}

/** The set that returned rows are of, where that is known. */
function setOf({ model, readable }: Reader, { type, entity }: OperationValue): string | undefined {
  if ((type !== 'entity' && type !== 'record') || entity === undefined || !readable.has(entity)) return undefined;
  return model.entities.get(entity)?.set;
}
