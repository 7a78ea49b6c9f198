// Fields as AttributeMetadata. What a field type says of itself (its `attribute`) decides the kind and its facets.
import { edmOf, isSortable, operatorsOf } from '../../../core/model/field-capabilities.ts';
import { defaultLanguage, translateField, translator } from '../../../core/model/labels.ts';
import type { Column, Entity, Field, Model } from '../../../core/model/model.ts';
import type { FieldAccess } from '../../../core/security/field-access.ts';
import { managed, type Definition, type Row } from './definition.ts';
import { describeChoice, describeFieldOptions, describeYesNo } from './describe-option-set.ts';
import { emptyLabel, labelOf, type Say } from './label.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';

interface Kind {
  readonly code: string;
  readonly kind: string;
}

/** For field types that say nothing of themselves: a partner's. */
const BY_EDM: Readonly<Record<string, string>> = {
  'Edm.String': 'String',
  'Edm.Int32': 'Integer',
  'Edm.Int64': 'BigInt',
  'Edm.Decimal': 'Decimal',
  'Edm.Double': 'Double',
  'Edm.Boolean': 'Boolean',
  'Edm.Date': 'DateTime',
  'Edm.DateTimeOffset': 'DateTime',
};

export function attributePath(entity: Entity, field: Field): string {
  return `${entity.name}/entity#properties/${field.name}`;
}

export function kindOf(field: Field): Kind {
  if (field.system === 'state') return { code: 'State', kind: 'State' };
  if (field.system === 'status') return { code: 'Status', kind: 'Status' };
  const said = field.type.attribute;
  if (said) return { code: said.code, kind: said.kind ?? said.code };
  if (field.reference) return { code: 'Lookup', kind: 'Lookup' };
  if (field.choices) return { code: 'Picklist', kind: 'Picklist' };
  const code = BY_EDM[edmOf(field)];
  if (code !== undefined) return { code, kind: code };
  return edmOf(field) === 'Edm.Guid'
    ? { code: 'Uniqueidentifier', kind: 'UniqueIdentifier' }
    : { code: 'Virtual', kind: '' };
}

const TYPE_NAMES: Readonly<Record<string, string>> = { UniqueIdentifier: 'UniqueidentifierType', '': 'VirtualType' };

/** A field's logical name with its capitals, where they were given. */
export function schemaNameOf(field: Field): string {
  const said = field.spec.options['schemaName'];
  return typeof said === 'string' ? said : field.name;
}

export function requiredLevel(field: Field): string {
  if (field.required) return field.system === undefined ? 'ApplicationRequired' : 'SystemRequired';
  if (field.system === 'id' || field.system === 'owner' || field.system === 'state') return 'SystemRequired';
  return field.spec.options['recommended'] === true ? 'Recommended' : 'None';
}

function common(entity: Entity, name: string, id: string, kind: Kind, position: number): Row {
  return {
    MetadataId: id,
    HasChanged: null,
    LogicalName: name,
    SchemaName: name,
    EntityLogicalName: entity.name,
    AttributeType: kind.code,
    AttributeTypeName: { Value: TYPE_NAMES[kind.kind] ?? `${kind.kind === 'Lookup' ? kind.code : kind.kind}Type` },
    AttributeOf: null,
    ColumnNumber: position,
    DeprecatedVersion: null,
    IntroducedVersion: '1.0.0.0',
    ExternalName: null,
    InheritsFrom: null,
    LinkedAttributeId: null,
    SourceType: 0,
    AutoNumberFormat: '',
    IsLogical: false,
    IsDataSourceSecret: false,
    IsRetrievable: true,
    IsRenameable: managed(true, 'isrenameable'),
    IsGlobalFilterEnabled: managed(false, 'isglobalfilterenabled'),
    IsValidODataAttribute: true,
  };
}

/** The fields of an entity, and what the types keep beside them: an amount in base currency, a file's name. */
export function describeAttributes(
  model: Model,
  language: string,
  entity: Entity,
  fields: readonly Field[],
  accessOf: (field: Field) => FieldAccess,
): readonly Definition[] {
  const positions = new Map([...entity.fields.values()].map((field, index) => [field, index + 1]));
  return fields.flatMap((field) => {
    const access = accessOf(field);
    const position = positions.get(field) ?? 0;
    return [
      describeAttribute(model, language, entity, field, access, position),
      ...(access.read === 'none' ? [] : companions(entity, field, position)),
    ];
  });
}

function describeAttribute(
  model: Model,
  language: string,
  entity: Entity,
  field: Field,
  { read, create, update }: FieldAccess,
  position: number,
): Definition {
  const document = `${entity.name}/entity`;
  const kind = kindOf(field);
  const id = metadataId(attributePath(entity, field));
  const { schema } = field.spec;
  const isOwn = model.provenance(document, `/properties/${field.name}`) === 'organization';
  const say =
    (path: string, said: unknown): Say =>
    (tag) => {
      const fallback = tag === defaultLanguage && typeof said === 'string' ? said : '';
      return translateField(model, translator(model, tag), entity, field, path, fallback);
    };
  const isWritable = !field.readOnly && entity.union === undefined;
  const isSearched = entity.search.includes(field.name);
  const sortable = isSortable(field);
  const filterable = operatorsOf(field).some((operator) => operator !== 'null');
  const isYesNo = kind.kind === 'Boolean';
  return {
    type: `${kind.kind}AttributeMetadata`,
    id,
    name: field.name,
    properties: {
      ...common(entity, field.name, id, kind, position),
      SchemaName: schemaNameOf(field),
      // 3: a formula, 2: a rollup.
      SourceType: field.derivation ? 3 : field.type.rollup ? 2 : 0,
      DisplayName: labelOf(model, language, say('title', field.title)),
      Description:
        schema['description'] === undefined
          ? emptyLabel
          : labelOf(model, language, say('description', schema['description'])),
      IsPrimaryId: field === entity.key,
      IsPrimaryName: field === entity.primary,
      IsCustomAttribute: isOwn,
      IsManaged: !isOwn,
      IsCustomizable: managed(true, 'iscustomizable'),
      IsAuditEnabled: managed(field.audit, 'canmodifyauditsettings'),
      RequiredLevel: managed(requiredLevel(field), 'canmodifyrequirementlevelsettings', field.system === undefined),
      IsRequiredForForm: field.required && field.system === undefined,
      IsValidForCreate: isWritable && create,
      IsValidForUpdate: isWritable && !field.immutable && update,
      IsValidForRead: read !== 'none',
      IsValidForForm: read !== 'none',
      IsValidForGrid: read !== 'none',
      IsValidForAdvancedFind: managed(filterable, 'canmodifysearchsettings'),
      IsFilterable: filterable,
      IsSearchable: isSearched,
      IsSortableEnabled: managed(sortable, 'canmodifyissortablesettings'),
      IsSecured: field.secured,
      CanBeSecuredForRead: field.system === undefined,
      CanBeSecuredForCreate: field.system === undefined && isWritable,
      CanBeSecuredForUpdate: field.system === undefined && isWritable,
      ...field.type.attribute?.facets?.(field.spec),
      ...(isYesNo && { DefaultValue: field.default === true }),
      ...(field.choices && { DefaultFormValue: typeof field.default === 'number' ? field.default : null }),
      ...(field.reference && { Targets: field.reference.targets, Format: 'None' }),
    },
    navigation: {
      ...(field.choices && {
        OptionSet: () => describeFieldOptions(model, language, entity, field),
        GlobalOptionSet: () => {
          const shared = field.type.choices?.(field.spec).choice;
          const choice = shared === undefined ? undefined : model.choices.get(shared);
          return choice && describeChoice(model, language, choice);
        },
      }),
      ...(isYesNo && {
        OptionSet: () => describeYesNo(model, language, entity, field),
        GlobalOptionSet: () => undefined,
      }),
    },
  };
}

function companions(entity: Entity, field: Field, position: number): readonly Definition[] {
  return field.columns
    .slice(1)
    .flatMap((column) => (column.hidden ? [] : [companion(entity, field, column, position)]));
}

function companion(entity: Entity, field: Field, column: Column, position: number): Definition {
  const isAmount = column.quotient !== undefined;
  const kind: Kind = isAmount ? kindOf(field) : { code: 'String', kind: 'String' };
  const id = metadataId(`${entity.name}/entity#columns/${column.wire}`);
  return {
    type: `${kind.kind}AttributeMetadata`,
    id,
    name: column.wire,
    properties: {
      ...common(entity, column.wire, id, kind, position),
      AttributeOf: isAmount ? null : field.name,
      DisplayName: emptyLabel,
      Description: emptyLabel,
      IsPrimaryId: false,
      IsPrimaryName: false,
      IsCustomAttribute: false,
      IsManaged: true,
      IsCustomizable: managed(false, 'iscustomizable', false),
      IsAuditEnabled: managed(false, 'canmodifyauditsettings', false),
      RequiredLevel: managed('None', 'canmodifyrequirementlevelsettings', false),
      IsRequiredForForm: false,
      IsValidForCreate: false,
      IsValidForUpdate: false,
      IsValidForRead: true,
      IsValidForForm: false,
      IsValidForGrid: isAmount,
      IsValidForAdvancedFind: managed(isAmount, 'canmodifysearchsettings'),
      IsFilterable: isAmount,
      IsSearchable: false,
      IsSortableEnabled: managed(isAmount, 'canmodifyissortablesettings'),
      IsSecured: field.secured,
      CanBeSecuredForRead: false,
      CanBeSecuredForCreate: false,
      CanBeSecuredForUpdate: false,
      ...(isAmount && { ...field.type.attribute?.facets?.(field.spec), CalculationOf: field.name }),
      ...(isAmount && { IsBaseCurrency: true, Precision: column.quotient?.scale }),
    },
    navigation: {},
  };
}
