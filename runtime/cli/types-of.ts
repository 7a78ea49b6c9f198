// TypeScript types out of a model: rows as the API answers and takes them, values as handlers see them, operations.
import type { Column, Entity, Field, Model } from '../../core/model/model.ts';
import type {
  ColumnType,
  OperationDescription,
  OperationParameter,
  OperationType,
  OperationValue,
} from '../../core/sdk/index.ts';

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  boolean: 'boolean',
  date: 'string',
  timestamptz: 'string',
  timestamp: 'string',
  uuid: 'string',
  jsonb: 'unknown',
  'integer[]': 'string',
};

function typeName(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function comment(text: string): string {
  return `  /** ${text.replaceAll('*/', '* /').replace(/\s+/g, ' ')} */\n`;
}

function valueType(field: Field, column: Column): string {
  if (field.choices && column === field.columns[0] && column.type === 'integer' && field.choices.length > 0)
    return field.choices.map(({ value }) => value).join(' | ');
  return TYPES[column.type];
}

function rowType(entity: Entity): string {
  const lines = [...entity.fields.values()].flatMap((field) =>
    field.columns
      .filter((column) => !column.hidden)
      .map((column) => {
        const empty = field === entity.key ? '' : ' | null';
        const labels = field.choices?.map(({ value, title }) => `${value} = ${title}`).join(', ');
        const words = labels === undefined ? field.title : `${field.title}: ${labels}`;
        return `${comment(words)}  readonly ${property(column.wire)}: ${valueType(field, column)}${empty};`;
      }),
  );
  return `/** ${entity.title}, as the API answers it. */\nexport interface ${typeName(entity.name)} {\n${lines.join('\n')}\n}\n`;
}

function inputType(model: Model, entity: Entity): string {
  const lines = [...entity.fields.values()]
    .filter((field) => !field.readOnly && !field.type.blob)
    .flatMap((field) => {
      if (field.reference)
        return [...entity.navigation.values()]
          .filter(({ kind, field: lookup }) => kind === 'one' && lookup === field.name)
          .map(({ name, target }) => {
            const set = model.entities.get(target)?.set ?? target;
            return `  ${property(`${name}@odata.bind`)}?: \`/${set}(\${string})\` | null;`;
          });
      const [column] = field.columns;
      if (!column) return [];
      const needed = field.required && field.system === undefined && field.default === undefined;
      return [
        `  ${property(field.name)}${needed ? '' : '?'}: ${valueType(field, column)}${field.required ? '' : ' | null'};`,
      ];
    });
  return `/** ${entity.title}, as the API takes it on create; all members are optional on update. */\nexport interface ${typeName(entity.name)}Input {\n${lines.join('\n')}\n}\n`;
}

const PARAMETERS: Readonly<Record<OperationType, string>> = {
  text: 'string',
  boolean: 'boolean',
  integer: 'number',
  decimal: 'string',
  date: 'string',
  'date-time': 'string',
  id: 'string',
  entity: '{ readonly entity: string; readonly id: string }',
  record: '{ readonly entity: string; readonly id?: string; readonly values: Readonly<Record<string, unknown>> }',
  json: 'unknown',
};

/** What handlers find in `values` and images: column by column, exact numbers as text where a double would not do. */
function valuesType(entity: Entity): string {
  const lines = [...entity.fields.values()]
    .filter((field) => !field.derivation)
    .flatMap((field) => {
      const targets = field.reference?.targets ?? [];
      const names = targets.map((target) => JSON.stringify(target)).join(' | ');
      return field.columns.map((column) => {
        const exact = column.type === 'numeric' || column.type === 'bigint';
        const first = column === field.columns[0];
        const type = exact
          ? 'number | string'
          : first && targets.length > 1
            ? `string | { readonly entity: ${names}; readonly id: string }`
            : targets.length > 1 && column.suffix === '_type'
              ? names
              : valueType(field, column);
        const fixed = field.readOnly ? 'readonly ' : '';
        return `  ${fixed}${property(column.name)}?: ${type} | null;`;
      });
    });
  return `/** ${entity.title}, as handlers see it: \`defineHandler<${typeName(entity.name)}Values>({…})\`. */\nexport interface ${typeName(entity.name)}Values {\n${lines.join('\n')}\n}\n`;
}

function parameterType({ type, entity, collection }: OperationValue): string {
  const named = entity === undefined ? PARAMETERS[type] : PARAMETERS[type].replace('string', JSON.stringify(entity));
  return collection === true ? `readonly (${named})[]` : named;
}

function operationType(operation: OperationDescription): string {
  const member = (one: OperationParameter): string =>
    `readonly ${property(one.name)}${one.optional === true ? '?' : ''}: ${parameterType(one)}${one.optional === true ? ' | null' : ''}`;
  const { returns, bound, parameters } = operation;
  const result =
    returns === undefined
      ? 'undefined'
      : 'properties' in returns
        ? `{ ${returns.properties.map(member).join('; ')} }`
        : parameterType(returns);
  const on = bound === undefined ? 'undefined' : JSON.stringify(bound.entity);
  const words = operation.description === undefined ? '' : comment(operation.description);
  return `${words}  readonly ${property(operation.name)}: { readonly kind: '${operation.kind}'; readonly on: ${on}; readonly parameters: { ${parameters.map(member).join('; ')} }; readonly returns: ${result} };`;
}

/** The types of a model's rows and of operations, as one TypeScript module. */
export function typesOf(model: Model, operations: readonly OperationDescription[]): string {
  const entities = [...model.entities.values()];
  const parts = entities.flatMap((entity) => [
    rowType(entity),
    ...(entity.union ? [] : [inputType(model, entity), valuesType(entity)]),
  ]);
  const values = entities
    .filter(({ union }) => !union)
    .map(({ name }) => `  readonly ${property(name)}: ${typeName(name)}Values;`);
  const sets = entities.map((entity) => `  readonly ${property(entity.set)}: ${typeName(entity.name)};`);
  return [
    `// Made by \`peyvand types\` from model ${model.version}: change the model, not this file.\n`,
    ...parts,
    `/** Entity set → its rows. */\nexport interface EntitySets {\n${sets.join('\n')}\n}\n`,
    `/** Logical name → what handlers see. */\nexport interface EntityValues {\n${values.join('\n')}\n}\n`,
    `/** Functions and actions that plugins bring: what they take and answer. */\nexport interface Operations {\n${operations.map(operationType).join('\n')}\n}\n`,
  ].join('\n');
}
