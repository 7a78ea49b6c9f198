// A definition as it goes out: what the Dataverse metadata API calls EntityMetadata, StringAttributeMetadata and so on, with
// the definitions that it leads to, which are made only when somebody asks for them.

export type Row = Readonly<Record<string, unknown>>;

export interface Definition {
  /** `EntityMetadata`, `PicklistAttributeMetadata`; without the namespace. */
  readonly type: string;
  /** MetadataId. */
  readonly id: string;
  /** By which it is addressed beside its id: logical name, schema name or name. */
  readonly name: string;
  readonly properties: Row;
  readonly navigation: Readonly<Record<string, () => Definition | readonly Definition[] | undefined>>;
}

export const NAMESPACE = 'Microsoft.Dynamics.CRM';

const BASES: Readonly<Record<string, readonly string[]>> = {
  PicklistAttributeMetadata: ['EnumAttributeMetadata', 'AttributeMetadata'],
  MultiSelectPicklistAttributeMetadata: ['EnumAttributeMetadata', 'AttributeMetadata'],
  StateAttributeMetadata: ['EnumAttributeMetadata', 'AttributeMetadata'],
  StatusAttributeMetadata: ['EnumAttributeMetadata', 'AttributeMetadata'],
  OptionSetMetadata: ['OptionSetMetadataBase'],
  BooleanOptionSetMetadata: ['OptionSetMetadataBase'],
  OneToManyRelationshipMetadata: ['RelationshipMetadataBase'],
  ManyToManyRelationshipMetadata: ['RelationshipMetadataBase'],
};

const KINDS =
  'String,Memo,Integer,BigInt,Decimal,Double,Money,Boolean,DateTime,Picklist,MultiSelectPicklist,State,Status,Lookup,' +
  'UniqueIdentifier,EntityName,File,Image,ManagedProperty';

/** Every type that a cast may name. */
export const TYPES: readonly string[] = [
  'EntityMetadata',
  'EntityKeyMetadata',
  'AttributeMetadata',
  'EnumAttributeMetadata',
  ...KINDS.split(',').map((kind) => `${kind}AttributeMetadata`),
  'OptionSetMetadataBase',
  'OptionSetMetadata',
  'BooleanOptionSetMetadata',
  'RelationshipMetadataBase',
  'OneToManyRelationshipMetadata',
  'ManyToManyRelationshipMetadata',
];

/** Whether a cast to `wanted` keeps it. */
export function isA(definition: Definition, wanted: string): boolean {
  const { type } = definition;
  if (type === wanted) return true;
  const bases = BASES[type] ?? (type.endsWith('AttributeMetadata') ? ['AttributeMetadata'] : []);
  return bases.includes(wanted);
}

/** A setting that a solution's publisher could have fixed. */
export function managed(value: unknown, name: string, changeable = true): Row {
  return { Value: value, CanBeChanged: changeable, ManagedPropertyLogicalName: name };
}
