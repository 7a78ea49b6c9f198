// What plugins bring to the browser as the app is told of it: titles in the caller's language, commands with their operations
// described, and only what the caller may use.
import type {
  AppMetadata,
  CommandField,
  CommandMetadata,
  ContributionMetadata,
  OperationMetadata,
} from '../../metadata/effective.ts';
import type { OperationDescription } from '../sdk/index.ts';
import type { Command } from './contributions.ts';
import { recordNames } from './expression.ts';
import type { Translate } from './labels.ts';
import type { Entity, Model } from './model.ts';

interface Brought {
  readonly plugin: string;
  readonly title: string;
  readonly icon?: string;
  readonly module: string;
}

function described(translate: Translate, path: string, { plugin, title, icon, module }: Brought): ContributionMetadata {
  return {
    plugin,
    title: translate(`plugin.${plugin}`, `${path}/title`, title),
    ...(icon === undefined ? {} : { icon }),
    module,
  };
}

export function contributionsMetadata(
  { contributions }: Model,
  translate: Translate,
): Pick<AppMetadata, 'controls' | 'viewKinds' | 'pages'> {
  const { controls, viewKinds, pages } = contributions;
  return {
    controls: Object.fromEntries(
      [...controls].map(([name, one]) => [
        name,
        { ...described(translate, `controls/${one.id}`, one), new: one.new === true },
      ]),
    ),
    viewKinds: Object.fromEntries(
      [...viewKinds].map(([kind, one]) => [kind, described(translate, `views/${kind}`, one)]),
    ),
    pages: Object.fromEntries([...pages].map(([name, one]) => [name, described(translate, `pages/${one.id}`, one)])),
  };
}

/** What the app is told of a function or action. */
export function operationMetadata({ name, kind, bound, parameters }: OperationDescription): OperationMetadata {
  return {
    name,
    kind,
    ...(bound ? { bound } : {}),
    parameters: parameters.map(({ name: parameter, type, entity, collection, optional, description }) => ({
      name: parameter,
      type,
      ...(entity === undefined ? {} : { entity }),
      ...(collection ? { collection } : {}),
      ...(optional ? { optional } : {}),
      ...(description === undefined ? {} : { description }),
    })),
  };
}

/** The entity's commands, first those that stand before the others. One whose operation is not there is left out. */
export function commandsOf(
  { contributions }: Model,
  translate: Translate,
  entity: Entity,
  operations: readonly OperationDescription[],
  access?: { readonly right: (name: string) => boolean },
): readonly CommandMetadata[] {
  const commands = [...contributions.commands].flatMap(([id, command]) => {
    if (command.entity !== entity.name) return [];
    const operation = operations.find(({ name }) => name === command.operation);
    if (command.operation !== undefined && !operation) return [];
    if (access && operation?.right !== undefined && !access.right(operation.right)) return [];
    return [commandMetadata(translate, id, command, operation)];
  });
  return commands.sort((a, b) => Number(b.primary) - Number(a.primary));
}

function commandMetadata(
  translate: Translate,
  id: string,
  command: Command,
  operation: OperationDescription | undefined,
): CommandMetadata {
  const label = (path: string, said: string): string =>
    translate(`plugin.${command.plugin}`, `commands/${command.id}/${path}`, said);
  const { description, icon, when, confirm, module } = command;
  const fields = Object.entries(command.fields ?? {});
  const isOnRow = operation?.bound !== undefined && operation.bound.collection !== true;
  const namesRecord = fields.some(([, field]) => field.record === true);
  const texts = [when, ...fields.map(([, field]) => field.from)].flatMap((text) => text ?? []);
  return {
    id,
    plugin: command.plugin,
    title: label('title', command.title),
    ...(description === undefined ? {} : { description: label('description', description) }),
    ...(icon === undefined ? {} : { icon }),
    on: command.on ?? ['form'],
    selection: command.selection ?? (module !== undefined ? 'once' : isOnRow || namesRecord ? 'each' : 'none'),
    ...(when === undefined ? {} : { when }),
    reads: [...new Set(texts.flatMap((text) => [...recordNames(text)]))],
    primary: command.primary === true,
    destructive: command.destructive === true,
    ...(confirm === undefined ? {} : { confirm: label('confirm', confirm) }),
    ...(module === undefined ? {} : { module }),
    ...(operation ? { operation: operationMetadata(operation) } : {}),
    fields: Object.fromEntries(
      fields.map(([name, field]): [string, CommandField] => [
        name,
        {
          ...field,
          ...(field.title === undefined ? {} : { title: label(`fields/${name}/title`, field.title) }),
          ...(field.description === undefined
            ? {}
            : { description: label(`fields/${name}/description`, field.description) }),
        } as CommandField,
      ]),
    ),
    open: command.open === true,
  };
}
