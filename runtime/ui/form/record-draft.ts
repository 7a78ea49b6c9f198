// A record being edited: what the server said, what the user changed, what is wrong. Knows nothing of the screen; tells
// listeners which field changed.
import type { EntityMetadata, FieldMetadata, StateMetadata } from '../../../metadata/effective.ts';
import type { ErrorDetail, Row } from '../../client/index.ts';
import { closedState, isClosed, lockOf, type FieldLock } from '../field-lock.ts';
import type { FieldContext, FieldValue } from '../field-ui.ts';
import type { RulesNow } from './rules-now.ts';
import type { FieldRegistry } from '../field-registry.ts';
import type { Locale } from '../locale/locale.ts';
import { isEmpty, sameValue, valuesOf, type Values } from '../record-values.ts';

export interface RecordDraftOptions {
  readonly entity: EntityMetadata;
  readonly fields: FieldRegistry;
  readonly locale: Locale;
  /** Undefined for a record that does not exist yet. */
  readonly row?: Row;
  readonly etag?: string;
  /** First values of a new record. */
  readonly initial?: Values;
  /** Makes the context that validation by field types sees. */
  context(draft: RecordDraft): FieldContext;
}

/** A new record begins with what the server would fill in. */
const defaultsOf = ({ fields }: EntityMetadata): Values =>
  Object.fromEntries(
    Object.values(fields).flatMap((field) => ('default' in field ? [[field.name, field.default]] : [])),
  );

export class RecordDraft {
  readonly entity: EntityMetadata;
  #options: RecordDraftOptions;
  #row: Row | undefined;
  #etag: string;
  #base: Values;
  readonly #changes = new Map<string, FieldValue>();
  readonly #errors = new Map<string, string>();
  /** What the server refused, and with which words, since the last save was tried. */
  readonly #refused = new Map<string, { readonly value: FieldValue; readonly message: string }>();
  /** Text that is no value of its type, by field; blocks saving. */
  readonly #unreadable = new Map<string, string>();
  readonly #listeners = new Set<(field: string | undefined) => void>();
  /** What business rules ask as the record stands; undefined until they are known, and where there are none. */
  rules: RulesNow | undefined;

  constructor(options: RecordDraftOptions) {
    this.entity = options.entity;
    this.#options = options;
    this.#row = options.row;
    this.#etag = options.etag ?? '';
    this.#base = options.row ? valuesOf(options.row, options.entity) : defaultsOf(options.entity);
    for (const [name, value] of Object.entries(options.initial ?? {})) this.#changes.set(name, value);
  }

  get isNew(): boolean {
    return this.#row === undefined;
  }

  /** The readonly state the record is in, as the server said it. */
  get closed(): StateMetadata | undefined {
    return this.isNew ? undefined : closedState(this.entity, (name) => this.#base[name]);
  }

  lockOf(field: FieldMetadata): FieldLock | undefined {
    return lockOf(field, this.isNew) ?? (isClosed(field, this.closed) ? 'closed' : this.rules?.lockOf(field));
  }

  take(rules: RulesNow): void {
    this.rules = rules;
    const again = rules.refused.filter((name) => this.isDirty(name));
    for (const name of [...this.#errors.keys(), ...again]) this.#check(name);
    this.#tell(undefined);
  }

  get row(): Row | undefined {
    return this.#row;
  }

  get etag(): string {
    return this.#etag;
  }

  get base(): Values {
    return this.#base;
  }

  get changes(): Values {
    return Object.fromEntries(this.#changes);
  }

  get dirty(): boolean {
    return this.#changes.size > 0 || this.#unreadable.size > 0;
  }

  get values(): Values {
    return { ...this.#base, ...this.changes };
  }

  get errors(): ReadonlyMap<string, string> {
    return new Map([...this.#errors, ...this.#unreadable]);
  }

  value(name: string): FieldValue {
    return this.#changes.has(name) ? this.#changes.get(name) : (this.#base[name] ?? null);
  }

  isDirty(name: string): boolean {
    return this.#changes.has(name) || this.#unreadable.has(name);
  }

  error(name: string): string | undefined {
    return this.#unreadable.get(name) ?? this.#errors.get(name);
  }

  set(name: string, value: FieldValue): void {
    const field = this.entity.fields[name];
    const ui = field && this.#options.fields.of(field.type);
    this.#unreadable.delete(name);
    if (sameValue(value, this.#base[name] ?? null, ui)) this.#changes.delete(name);
    else this.#changes.set(name, value);
    // After the first error the field is checked with each keystroke, so that it clears at once.
    if (this.#errors.has(name)) this.#check(name);
    this.#tell(name);
  }

  /** Text that cannot be read, or undefined when it has been mended. */
  setUnreadable(name: string, message: string | undefined): void {
    if (this.#unreadable.get(name) === message) return;
    if (message === undefined) this.#unreadable.delete(name);
    else this.#unreadable.set(name, message);
    this.#tell(name);
  }

  restore(name: string): void {
    this.#changes.delete(name);
    this.#errors.delete(name);
    this.#unreadable.delete(name);
    this.#tell(name);
  }

  discard(): void {
    this.#changes.clear();
    this.#errors.clear();
    this.#refused.clear();
    this.#unreadable.clear();
    this.#tell(undefined);
  }

  /** Takes the server's row as the new base; changes that now equal it are dropped. */
  rebase(row: Row, etag: string): void {
    this.#row = row;
    this.#etag = etag;
    this.#base = valuesOf(row, this.entity);
    for (const [name, value] of this.#changes) {
      const field = this.entity.fields[name];
      if (sameValue(value, this.#base[name] ?? null, field && this.#options.fields.of(field.type)))
        this.#changes.delete(name);
    }
    this.#tell(undefined);
  }

  /** After a save: the row is the base and nothing is changed. */
  saved(row: Row, etag: string): void {
    this.#changes.clear();
    this.#errors.clear();
    this.#refused.clear();
    this.#unreadable.clear();
    this.rebase(row, etag);
  }

  check(name: string): boolean {
    const before = this.#errors.get(name);
    this.#check(name);
    if (before !== this.#errors.get(name)) this.#tell(name);
    return !this.#errors.has(name) && !this.#unreadable.has(name);
  }

  /** Checks the fields on screen and whatever has been changed. */
  checkAll(shown: Iterable<string>): boolean {
    this.#errors.clear();
    this.#refused.clear();
    for (const name of new Set([...shown, ...this.#changes.keys()])) this.#check(name);
    this.#tell(undefined);
    return this.#errors.size === 0 && this.#unreadable.size === 0;
  }

  /** Puts the server's violations on their fields; answers those that belong to none. */
  takeViolations(details: readonly ErrorDetail[]): readonly ErrorDetail[] {
    const rest: ErrorDetail[] = [];
    for (const detail of details) {
      const field = this.#fieldOfTarget(detail.target);
      if (field) {
        this.#errors.set(field.name, detail.message);
        this.#refused.set(field.name, { value: this.value(field.name), message: detail.message });
      } else rest.push(detail);
    }
    this.#tell(undefined);
    return rest;
  }

  listen(listener: (field: string | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #fieldOfTarget(target: string): FieldMetadata | undefined {
    const name = target.replace(/^\//, '').replace(/@.*$/, '');
    return (
      this.entity.fields[name] ??
      Object.values(this.entity.fields).find(
        (field) => field.wire === name || field.targets?.some((one) => one.navigation === name),
      )
    );
  }

  #check(name: string): void {
    const field = this.entity.fields[name];
    if (!field) return;
    const message = this.#violation(field) ?? this.#stillRefused(field);
    if (message === undefined) this.#errors.delete(name);
    else this.#errors.set(name, message);
  }

  /** What the server said of the very value that is there: looking at the field again does not take it back. */
  #stillRefused(field: FieldMetadata): string | undefined {
    const refused = this.#refused.get(field.name);
    const ui = this.#options.fields.of(field.type);
    return refused && sameValue(refused.value, this.value(field.name), ui) ? refused.message : undefined;
  }

  #violation(field: FieldMetadata): string | undefined {
    if (this.lockOf(field) !== undefined) return undefined;
    const { locale } = this.#options;
    const value = this.value(field.name);
    const refused = this.rules?.refusal(field);
    if (refused !== undefined) return refused;
    if (isEmpty(value))
      return (this.rules?.fieldOf(field) ?? field).required
        ? locale.t('form.error.required', { field: field.title })
        : undefined;
    if (typeof value === 'string' && field.maxLength !== undefined && value.length > field.maxLength)
      return locale.t('form.error.tooLong', { limit: field.maxLength, length: value.length });
    const number = typeof value === 'number' ? value : Number.NaN;
    if (field.minimum !== undefined && number < field.minimum)
      return locale.t('form.error.minimum', { limit: field.minimum });
    if (field.maximum !== undefined && number > field.maximum)
      return locale.t('form.error.maximum', { limit: field.maximum });
    return this.#options.fields.of(field.type).validate?.(value, field, this.#options.context(this));
  }

  #tell(field: string | undefined): void {
    for (const listener of this.#listeners) listener(field);
  }
}
