// `peyvand types`: TypeScript types of the live model's records, as the API reads and writes them.
import { writeFile } from 'node:fs/promises';
import type { Column, Entity, Field, Model } from '../../../core/model/model.ts';
import type { ColumnType } from '../../../core/sdk/index.ts';
import { readOptions, type Command } from '../command.ts';
import { openWorkspace } from '../workspace.ts';

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

function typesOf(model: Model): string {
  const entities = [...model.entities.values()];
  const parts = entities.flatMap((entity) => [rowType(entity), ...(entity.union ? [] : [inputType(model, entity)])]);
  const sets = entities.map((entity) => `  readonly ${property(entity.set)}: ${typeName(entity.name)};`);
  return [
    `// Made by \`peyvand types\` from model ${model.version}: change the model, not this file.\n`,
    ...parts,
    `/** Entity set → its rows. */\nexport interface EntitySets {\n${sets.join('\n')}\n}\n`,
  ].join('\n');
}

export const types: Command = {
  summary: 'Writes TypeScript types of the live model to standard output, or to a file.',
  usage: ['types [--to FILE]'],
  async run(args) {
    const { values } = readOptions(args, { to: { type: 'string' } });
    await using workspace = await openWorkspace();
    const text = typesOf(workspace.organization.current().model);
    if (values.to === undefined) process.stdout.write(text);
    else await writeFile(values.to, text);
    return 0;
  },
};
