// What lookups share: the relation's options, its defaults, and the decoding of one or of several targets.
import type {
  Cascade,
  ColumnSpec,
  DecodeContext,
  Decoded,
  DeleteCascade,
  FieldSpec,
  JsonSchema,
  Reference,
} from 'peyvand/sdk';
import { accept, refuse } from './decoded.ts';
import { decodeUuid } from './uuid-value.ts';

export interface RelationOptions {
  readonly name?: string;
  readonly delete?: DeleteCascade;
  readonly assign?: Cascade;
  readonly share?: Cascade;
  readonly reparent?: Cascade;
  readonly hierarchy?: boolean;
  readonly constraint?: boolean;
  readonly index?: boolean;
}

const cascade: JsonSchema = { enum: ['cascade', 'active', 'user-owned', 'none'] };

/** A logical name: an entity or a relationship. */
export const logicalName: JsonSchema = { type: 'string', pattern: '^[a-z][a-z0-9_]*$', maxLength: 100 };

/** JSON Schema of `relation`. */
export const relationSchema: JsonSchema = {
  type: 'object',
  description: 'How the relationship behaves, by what happens to the referenced row.',
  additionalProperties: false,
  properties: {
    name: { ...logicalName, description: 'The relationship’s name; several targets append `_<target>`.' },
    schemaName: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_]*$', description: 'The name with its capitals.' },
    delete: { enum: ['cascade', 'remove-link', 'restrict'], default: 'remove-link' },
    assign: { ...cascade, default: 'none' },
    share: { ...cascade, default: 'none' },
    reparent: { ...cascade, default: 'none' },
    hierarchy: { type: 'boolean', description: 'A self-reference that forms a tree: loops are refused.' },
    constraint: { type: 'boolean', default: true, description: 'A foreign key in the database (one target only).' },
    index: { type: 'boolean', default: true },
  },
};

/** The reference with its defaults; several targets have no foreign key, the engine keeps their integrity. */
export function referenceOf(
  field: FieldSpec<{ readonly relation?: RelationOptions }>,
  targets: readonly string[],
): Reference {
  const relation = field.options.relation ?? {};
  const [only] = targets;
  const single = targets.length === 1 && only !== undefined;
  return {
    targets,
    relation: relation.name ?? (single ? `${only}_${field.entity}_${field.name}` : `${field.entity}_${field.name}`),
    delete: relation.delete ?? 'remove-link',
    assign: relation.assign ?? 'none',
    share: relation.share ?? 'none',
    reparent: relation.reparent ?? 'none',
    ...(relation.hierarchy === undefined ? {} : { hierarchy: relation.hierarchy }),
    constraint: single && relation.constraint !== false,
    index: relation.index !== false,
  };
}

/** Definition check of what the relation's JSON Schema cannot say. */
export function checkRelation(
  field: FieldSpec<{ readonly relation?: RelationOptions }>,
  targets: readonly string[],
): readonly string[] {
  const isTree = field.options.relation?.hierarchy === true;
  return isTree && (targets.length !== 1 || targets[0] !== field.entity)
    ? [`relation.hierarchy: only a reference from ${field.entity} to itself can form a tree.`]
    : [];
}

/** One column: the referenced row's id. */
export const singleColumns = (name: string): readonly ColumnSpec[] => [
  { suffix: '', type: 'uuid', wire: `_${name}_value` },
];

/** Two columns: the id and the referenced entity's logical name, which answers carry as an annotation. */
export const polymorphicColumns = (name: string): readonly ColumnSpec[] => [
  { suffix: '', type: 'uuid', wire: `_${name}_value` },
  { suffix: '_type', type: 'text', hidden: true },
];

const list = (targets: readonly string[]): string => targets.join(', ');

export function decodeSingle(value: unknown, target: string, context: DecodeContext): Decoded {
  if (value === null) return accept(null);
  if (context.target !== undefined && context.target !== target) {
    return refuse('REFERENCE_TARGET', `The field refers to ${target}, not to ${context.target}.`);
  }
  const id = decodeUuid(value);
  return 'id' in id ? accept(id.id) : id.decoded;
}

export function decodePolymorphic(
  value: unknown,
  field: Pick<FieldSpec, 'name'>,
  targets: readonly string[],
  context: DecodeContext,
): Decoded {
  if (value === null) return accept(null, null);
  const id = decodeUuid(value);
  if (!('id' in id)) return id.decoded;
  const target = context.target ?? (targets.length === 1 ? targets[0] : undefined);
  if (target === undefined) {
    return refuse(
      'REFERENCE_TARGET_MISSING',
      `Say which entity is meant: write ${targets.map((name) => `${field.name}_${name}@odata.bind`).join(' or ')}.`,
    );
  }
  if (!targets.includes(target)) {
    return refuse('REFERENCE_TARGET', `The field refers to ${list(targets)}, not to ${target}.`);
  }
  return accept(id.id, target);
}

/** JSON Schema of the options of a field with several targets. */
export const polymorphicOptions: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    targets: {
      type: 'array',
      items: logicalName,
      minItems: 1,
      uniqueItems: true,
      description: 'Logical names of the entities it may refer to.',
    },
    relation: relationSchema,
  },
};
