// What the dialogs of duplicates and merging ask the server.
import type { EntityMetadata } from '../../../metadata/effective.ts';
import type { Client, Row } from '../../client/index.ts';

/** A row found by a duplicate rule. */
export interface Duplicate {
  readonly entity: string;
  readonly id: string;
  readonly name: string;
  readonly rule: string;
  /** The rule's title. */
  readonly title: string;
  /** 0–1. */
  readonly score: number;
  readonly fields: readonly { readonly field: string; readonly value: unknown }[];
}

/** Rows that go along in a merge. */
export interface Moving {
  readonly entity: string;
  readonly title: string;
  readonly field: string;
  readonly count: number;
}

const DATA = '/api/data/v9.2';

/** Rows that the entity's duplicate rules take for the same thing. */
export async function duplicatesOf(client: Client, set: string, id: string): Promise<readonly Duplicate[]> {
  return ((await client.ask('GET', `${DATA}/${set}(${id})/peyvand.duplicates`)) as { value: readonly Duplicate[] })
    .value;
}

/** What would go along if this row were merged into another. */
export async function movingWith(client: Client, entity: string, id: string): Promise<readonly Moving[]> {
  return ((await client.ask('GET', `/api/merge/${entity}/${id}/preview`)) as { moving: readonly Moving[] }).moving;
}

/** Merges `loser` into `winner`, which takes `content` over; answers the merge's id, to undo it. */
export async function mergeRows(
  client: Client,
  entity: EntityMetadata,
  winner: string,
  loser: string,
  content: Row,
): Promise<string> {
  const type = `Microsoft.Dynamics.CRM.${entity.name}`;
  const named = (id: string) => ({ [entity.key]: id, '@odata.type': type });
  await client.ask('POST', `${DATA}/Merge`, {
    Target: named(winner),
    Subordinate: named(loser),
    UpdateContent: { ...content, '@odata.type': type },
    PerformParentingChecks: false,
  });
  const { merges } = (await client.ask('GET', `/api/merge/${entity.name}/${loser}`)) as {
    merges: readonly { readonly id: string }[];
  };
  return merges[0]?.id ?? '';
}

/** Answers how much was changed since and stays as it is. */
export async function undoMerge(client: Client, id: string): Promise<number> {
  return ((await client.ask('POST', '/api/merge/undo', { id })) as { kept: readonly unknown[] }).kept.length;
}
