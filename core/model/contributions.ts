// What plugins bring to the browser, as their plugin.json says it, and whether it fits the model: entities and fields exist, ids
// are given once. Modules themselves are the app's; here is only what can be known of them.
import type { PluginDocument } from '../../metadata/schemas/plugin.gen.ts';
import { recordNames } from './expression.ts';
import type { Layer, Problem } from './layer.ts';
import { locate } from './locate.ts';
import { suggest } from './suggest.ts';

/** What is asked of an entity here. */
interface Named {
  readonly name: string;
  readonly fields: ReadonlyMap<string, unknown>;
}

type Contributes = NonNullable<PluginDocument['contributes']>;
type Owned<T> = T & { /** The plugin's id. */ readonly plugin: string };

export type Command = Owned<NonNullable<Contributes['commands']>[number]>;
export type Control = Owned<NonNullable<Contributes['controls']>[number]>;
export type ViewKind = Owned<NonNullable<Contributes['views']>[number]>;
export type Page = Owned<NonNullable<Contributes['pages']>[number]>;

/** By `<plugin>.<id>`, view kinds by their kind; in the order of the layers. */
export interface Contributions {
  /** Every plugin that is here, with contributions or without. */
  readonly plugins: ReadonlySet<string>;
  readonly commands: ReadonlyMap<string, Command>;
  readonly controls: ReadonlyMap<string, Control>;
  readonly viewKinds: ReadonlyMap<string, ViewKind>;
  readonly pages: ReadonlyMap<string, Page>;
}

/** Kinds of views that the app brings itself. */
export const ownViewKinds: readonly string[] = ['grid', 'quick-find'];

export function contributionsOf(layers: readonly Layer[]): Contributions {
  const commands = new Map<string, Command>();
  const controls = new Map<string, Control>();
  const viewKinds = new Map<string, ViewKind>();
  const pages = new Map<string, Page>();
  const fill = <T extends object>(
    into: Map<string, Owned<T>>,
    plugin: string,
    list: readonly T[] | undefined,
    nameOf: (one: T) => string,
  ): void => {
    // The first of two with one name; checkContributions tells of the second.
    for (const one of list ?? []) if (!into.has(nameOf(one))) into.set(nameOf(one), { ...one, plugin });
  };
  for (const { id, contributes } of cardsOf(layers)) {
    const named = (one: { readonly id: string }): string => `${id}.${one.id}`;
    fill(commands, id, contributes.commands, named);
    fill(controls, id, contributes.controls, named);
    fill(viewKinds, id, contributes.views, ({ kind }) => kind);
    fill(pages, id, contributes.pages, named);
  }
  const plugins = new Set(layers.filter(({ kind }) => kind !== 'organization').map(({ id }) => id));
  return { plugins, commands, controls, viewKinds, pages };
}

export function checkContributions(layers: readonly Layer[], entities: ReadonlyMap<string, Named>): readonly Problem[] {
  const problems: Problem[] = [];
  const kinds = new Set<string>(ownViewKinds);
  for (const { contributes, source } of cardsOf(layers)) {
    const add = (code: string, path: string, message: string): void => {
      const at = { code, file: source.file, pointer: `/contributes/${path}`, message };
      problems.push(locate(at, source.text));
    };
    (contributes.views ?? []).forEach(({ kind }, index) => {
      if (kinds.has(kind))
        add('CONTRIBUTION_INVALID', `views/${index}/kind`, `there is a view kind "${kind}" already; call it otherwise`);
      kinds.add(kind);
    });
    (contributes.commands ?? []).forEach((command, index) => {
      const path = `commands/${index}`;
      if ((command.operation === undefined) === (command.module === undefined))
        add('CONTRIBUTION_INVALID', path, 'a command says what it runs: one of "operation", "module"');
      if (command.module !== undefined && command.fields !== undefined)
        add(
          'CONTRIBUTION_INVALID',
          `${path}/fields`,
          '"fields" are those of an operation’s dialog; a module asks by itself',
        );
      if (command.operation !== undefined && command.selection === 'once')
        add('CONTRIBUTION_INVALID', `${path}/selection`, 'an operation runs for "each" row; "once" is for modules');
      const entity = entities.get(command.entity);
      if (!entity) {
        const near = suggest(command.entity, entities.keys());
        add('ENTITY_UNKNOWN', `${path}/entity`, `there is no entity "${command.entity}"${near}`);
        return;
      }
      const reads = (text: string | undefined, place: string): void => {
        for (const name of text === undefined ? [] : recordNames(text)) {
          if (entity.fields.has(name)) continue;
          const near = suggest(name, entity.fields.keys());
          add(
            'FIELD_UNKNOWN',
            `${path}/${place}`,
            `the expression reads "${name}", which ${entity.name} does not have${near}`,
          );
        }
      };
      reads(command.when, 'when');
      for (const [name, parameter] of Object.entries(command.fields ?? {})) {
        reads(parameter.from, `fields/${name}/from`);
        if (parameter.field !== undefined && !entity.fields.has(parameter.field)) {
          const near = suggest(parameter.field, entity.fields.keys());
          add(
            'FIELD_UNKNOWN',
            `${path}/fields/${name}/field`,
            `${entity.name} has no field "${parameter.field}"${near}`,
          );
        }
        if (parameter.entity !== undefined && !entities.has(parameter.entity)) {
          const near = suggest(parameter.entity, entities.keys());
          add('ENTITY_UNKNOWN', `${path}/fields/${name}/entity`, `there is no entity "${parameter.entity}"${near}`);
        }
      }
    });
    (contributes.pages ?? []).forEach((page, index) => {
      page.entities?.forEach((name, at) => {
        if (!entities.has(name))
          add(
            'ENTITY_UNKNOWN',
            `pages/${index}/entities/${at}`,
            `there is no entity "${name}"${suggest(name, entities.keys())}`,
          );
      });
    });
  }
  return problems;
}

/**
 * What is wrong with naming a piece of a plugin, `<plugin>.<id>`. One of a plugin that is not here is no fault: it may be
 * switched off, and what it brings is then not shown.
 */
export function contributionProblem(
  name: string,
  known: ReadonlyMap<string, unknown>,
  plugins: ReadonlySet<string>,
  what: string,
): string | undefined {
  if (known.has(name)) return undefined;
  const plugin = name.slice(0, name.indexOf('.'));
  const near = suggest(name, known.keys());
  if (plugin !== name && !plugins.has(plugin) && near === '') return undefined;
  return `there is no ${what} "${name}"${near}`;
}

interface Card {
  readonly id: string;
  readonly contributes: Contributes;
  readonly source: { readonly file: string; readonly text: string };
}

function cardsOf(layers: readonly Layer[]): readonly Card[] {
  return layers.flatMap(({ id, kind, documents }) => {
    const source = documents.get('plugin');
    if (!source || kind === 'organization') return [];
    // Its schema has said that it is one.
    const { contributes } = source.body as unknown as PluginDocument;
    return contributes ? [{ id, contributes, source }] : [];
  });
}
