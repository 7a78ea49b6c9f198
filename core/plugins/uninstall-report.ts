// What goes when a plugin is uninstalled, told before it does: entities with their rows, fields on entities of others with their
// values, files, and what the organization's own documents say about any of it.
import { ident, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import type { LeftOut } from '../model/fit-layer.ts';
import type { Entity, Model } from '../model/model.ts';
import type { Organization } from '../organization.ts';
import type { Step } from '../schema/plan.ts';
import { withoutPlugin } from './lifecycle.ts';

export interface UninstallReport {
  readonly entities: readonly { readonly entity: string; readonly title: string; readonly rows: number }[];
  /** `values`: rows that have one. */
  readonly fields: readonly {
    readonly entity: string;
    readonly field: string;
    readonly title: string;
    readonly values: number;
  }[];
  /** Links between rows, by the many-to-many relation. */
  readonly links: readonly { readonly relation: string; readonly rows: number }[];
  readonly files: number;
  /** Parts of the organization's documents that will be left out of the model; they stay stored. */
  readonly documents: readonly LeftOut[];
  readonly steps: readonly Pick<Step, 'summary' | 'losesData'>[];
}

/** What only the plugin has: the tables and columns that its export holds, too. */
export interface Going {
  readonly entities: readonly Entity[];
  readonly fields: readonly { readonly entity: Entity; readonly field: string; readonly columns: readonly string[] }[];
  readonly links: readonly { readonly relation: string; readonly table: string; readonly columns: readonly string[] }[];
}

/** @throws PLUGIN_UNKNOWN, PLUGIN_NEEDED */
export async function reportUninstall(organization: Organization, id: string): Promise<UninstallReport> {
  const { schema } = organization;
  const { database } = organization.current();
  const { model } = organization.plugins();
  const change = await organization.tryPlugins(withoutPlugin(id));
  const going = goingOf(model, change.plugins.model);
  const known = new Set(organization.plugins().leftOut.map(nameOf));
  const entities = [];
  for (const entity of going.entities) {
    const rows = await count(database, `select count(*)::integer as count from ${qualified(schema, entity.name)}`);
    entities.push({ entity: entity.name, title: entity.title, rows });
  }
  const fields = [];
  for (const { entity, field, columns } of going.fields) {
    const filled = columns.map((column) => `${ident(column)} is not null`).join(' or ');
    const from = qualified(schema, entity.name);
    const values = await count(database, `select count(*)::integer as count from ${from} where ${filled}`);
    fields.push({ entity: entity.name, field, title: entity.fields.get(field)?.title ?? field, values });
  }
  const links = [];
  for (const { relation, table } of going.links) {
    const rows = await count(database, `select count(*)::integer as count from ${qualified(schema, table)}`);
    links.push({ relation, rows });
  }
  const names = going.entities.map(({ name }) => name);
  const files = await count(
    database,
    `select count(*)::integer as count from ${qualified(schema, '_file')} where entity = any($1)`,
    [names],
  );
  return {
    entities,
    fields,
    links,
    files,
    documents: change.plugins.leftOut.filter((one) => !known.has(nameOf(one))),
    steps: change.plan.steps.map(({ summary, losesData }) => ({ summary, losesData })),
  };
}

/** What the first model has and the second lacks, as far as it is stored. */
export function goingOf(before: Model, after: Model): Going {
  const entities = [...before.entities.values()].filter(({ name, union }) => !union && !after.entities.has(name));
  const fields = [...before.entities.values()].flatMap((entity) => {
    const left = after.entities.get(entity.name);
    if (!left || entity.union) return [];
    return [...entity.fields.values()].flatMap((field) => {
      const columns = field.columns.map(({ name }) => name);
      return left.fields.has(field.name) || field.derivation || columns.length === 0
        ? []
        : [{ entity, field: field.name, columns }];
    });
  });
  const links = [...before.relations.values()].flatMap((relation) =>
    relation.kind === 'many-to-many' && !after.relations.has(relation.name)
      ? [{ relation: relation.name, table: relation.table, columns: relation.columns }]
      : [],
  );
  return { entities, fields, links };
}

async function count(
  executor: Executor,
  text: string,
  parameters: readonly (readonly string[])[] = [],
): Promise<number> {
  const [row] = await executor.query<{ count: number }>(text, parameters);
  return row?.count ?? 0;
}

const nameOf = ({ file, pointer, message }: LeftOut): string => `${file}#${pointer} ${message}`;
