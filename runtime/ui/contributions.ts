// What a plugin brings to the browser beside field types: commands, controls of forms, kinds of views, pages. Each is a module
// that plugin.json names and that exports one of these by default; it is loaded where it is used, inside a boundary: what it
// throws shows a small box in its place, and the rest of the page works.
import type { EntityMetadata, ViewMetadata } from '../../metadata/effective.ts';
import type { Row } from '../client/index.ts';
import type { FieldValue, LookupValue } from './field-ui.ts';
import type { Locale } from './locale/locale.ts';

/** OData options of a list: `$select=name&$filter=…`, or by name, values not encoded: `{ $select: 'name', savedQuery: '…' }`. */
export type RowQuery = string | Readonly<Record<string, string | number | boolean>>;

export interface OperationTarget {
  readonly entity: string;
  readonly id: string;
}

/** The data service as the signed-in person has it. Refusals are `ClientError`: `code`, `message`, `details` by field. */
export interface PluginClient {
  /** The row as the API has it: wire names (`_parentaccountid_value`) and annotations; `valuesOf(row, entity)` reads it. */
  retrieve(entity: string, id: string, options?: { readonly select?: string; readonly expand?: string }): Promise<Row>;
  /** At most 5,000 rows; `$apply` too. */
  list(entity: string, query?: RowQuery): Promise<readonly Row[]>;
  /** Values by field name; a lookup is `{ entity, id }`. Answers the id. */
  create(entity: string, values: Readonly<Record<string, FieldValue>>): Promise<string>;
  update(entity: string, id: string, values: Readonly<Record<string, FieldValue>>): Promise<void>;
  remove(entity: string, id: string): Promise<void>;
  /** A function or action; parameters that are rows are `{ entity, id }`. Answers what it answers, rows as `{ entity, id }`. */
  invoke(operation: string, parameters?: Readonly<Record<string, unknown>>, target?: OperationTarget): Promise<unknown>;
  /** Any other route of the server. */
  ask(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, value?: unknown): Promise<unknown>;
}

export interface AskChoice<T extends string = string> {
  readonly value: T;
  readonly label: string;
  readonly look?: 'primary' | 'danger';
}

/** What every contribution is given. */
export interface ContributionContext {
  readonly locale: Locale;
  /** The plugin's own texts: `texts/<language>.json` in its folder; `{name}` is replaced. */
  texts(key: string, parameters?: Readonly<Record<string, string | number>>): string;
  readonly client: PluginClient;
  entityOf(name: string): Promise<EntityMetadata>;
  recordUrl(entity: string, id: string): string;
  listUrl(entity: string, view?: string): string;
  /** Goes to a record. */
  open(entity: string, id: string): void;
  /** Goes to a page of the app: `/page/sales.forecast`. */
  go(url: string): void;
  notify(text: string, kind?: 'done' | 'error'): void;
  /** What failed, as the app tells of its own failures. */
  fail(error: unknown): void;
  /** Undefined when the dialog was left. */
  ask<T extends string>(title: string, text: unknown, choices: readonly AskChoice<T>[]): Promise<T | undefined>;
  /** The quick create dialog; undefined when it was left. */
  quickCreate(entity: string, initial?: Readonly<Record<string, FieldValue>>): Promise<LookupValue | undefined>;
}

export interface CommandContext extends ContributionContext {
  readonly entity: string;
  /** The record, or the selected rows. */
  readonly ids: readonly string[];
  /** On a form: values by field name. */
  readonly record: Readonly<Record<string, FieldValue>> | undefined;
  /** Reads the form or the list again. */
  refresh(): Promise<void>;
}

export interface Command {
  run(context: CommandContext): unknown;
}

/** Draws something: `load` first, where it is there, again whenever what it depends on has changed. */
export interface Contribution<C, D> {
  load?(context: C): Promise<D>;
  /** Anything Lit renders; it stands in light DOM. */
  render(context: C & { readonly data: D }): unknown;
  /** CSS adopted by the document once, inside `@layer fields`. Logical properties and tokens only; class names begin with `x-`. */
  readonly styles?: string;
}

export interface ControlContext extends ContributionContext {
  readonly entity: string;
  /** Undefined while the record is new. */
  readonly id: string | undefined;
  /** Values by field name, with what is typed and not saved. `load` runs again after each save. */
  readonly record: Readonly<Record<string, FieldValue>>;
  /** What the form's item says under `options`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Is there something typed that is not saved? */
  readonly dirty: boolean;
  /** Draws it again. */
  update(): void;
  /** Loads and draws it again. */
  reload(): void;
  /** Reads the form's record again. */
  refresh(): Promise<void>;
}

export type Control<D = undefined> = Contribution<ControlContext, D>;

export interface PageContext extends ContributionContext {
  /** What stands behind `?` in the address. */
  readonly parameters: URLSearchParams;
  update(): void;
  reload(): void;
}

export type Page<D = undefined> = Contribution<PageContext, D>;

export interface ViewContext extends ContributionContext {
  readonly entity: EntityMetadata;
  readonly view: ViewMetadata;
  /** What the view's `options` say. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Field names or paths, as the user has them. */
  readonly columns: readonly string[];
  /**
   * What is listed: the view's filter, the user's and the search, as options for `client.list(entity.name, { ...query })`:
   * `savedQuery`, `$filter`, `$search`, `$orderby`, and `$select` and `$expand` of the columns.
   */
  readonly query: Readonly<Record<string, string>>;
  /** May rows be made here, and changed. */
  readonly editable: boolean;
  /** Draws a field's value as lists do. */
  display(row: Row, field: string): unknown;
  /** Its text. */
  text(row: Row, field: string): string;
  update(): void;
  /** Loads and draws it again. */
  reload(): void;
  /** Saves fields of a row by the version that was read; with somebody else's change in between it throws a ClientError of status 412. */
  save(row: Row, values: Readonly<Record<string, FieldValue>>): Promise<Row>;
  /** Tells the page how many rows there are, and which, so that records know their neighbours. */
  tell(count: number | undefined, ids: readonly string[]): void;
}

export type View<D = undefined> = Contribution<ViewContext, D>;

export const defineCommand = (command: Command): Command => command;
export const defineControl = <D = undefined>(control: Control<D>): Control<D> => control;
export const definePage = <D = undefined>(page: Page<D>): Page<D> => page;
export const defineView = <D = undefined>(view: View<D>): View<D> => view;
