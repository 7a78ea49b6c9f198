// What every generated screen is given: the client, the locale, metadata, field types and the way to other screens.
import type { AppMetadata, EntityMetadata, Me } from '../../metadata/effective.ts';
import type { Client, Row } from '../client/index.ts';
import type { FieldContext, FieldValue, LookupValue } from './field-ui.ts';
import type { FieldRegistry } from './field-registry.ts';
import type { Locale } from './locale/locale.ts';
import { formattedOf, type Values } from './record-values.ts';

/** What "why?" is asked about. */
export interface WhyQuestion {
  readonly entity: string;
  readonly record?: string;
  /** Shown opened. */
  readonly privilege?: string;
  /** What the record is called. */
  readonly name?: string;
}

export interface Workspace {
  readonly client: Client;
  readonly locale: Locale;
  readonly app: AppMetadata;
  readonly me: Me;
  readonly fields: FieldRegistry;
  /** Cached per language. */
  entity(name: string): Promise<EntityMetadata>;
  go(url: string): void;
  recordUrl(entity: string, id: string): string;
  listUrl(entity: string, view?: string): string;
  quickCreate(entity: string, initial?: Readonly<Record<string, FieldValue>>): Promise<LookupValue | undefined>;
  /** Present while the caller sees with somebody else's eyes: nothing can be changed. */
  readonly viewing?: { readonly id: string; readonly name: string };
  /** A module of a plugin's browser half. */
  module(plugin: string, path: string): Promise<unknown>;
  /** Shows what decides that something may be done or may not. */
  why(question: WhyQuestion): void;
}

/** What a field's browser half sees of one row. */
export function fieldContext(
  workspace: Workspace,
  entity: EntityMetadata,
  record: Values,
  row: Row | undefined,
  recordId: string | undefined,
): FieldContext {
  return {
    locale: workspace.locale,
    client: workspace.client,
    entity,
    record,
    recordId,
    formatted: (field) => (row ? formattedOf(row, entity.fields[field]) : undefined),
    entityOf: workspace.entity,
    quickCreate: workspace.quickCreate,
    openRecord: (name, id) => workspace.go(workspace.recordUrl(name, id)),
    recordUrl: workspace.recordUrl,
  };
}
