// From the live tables to the desired ones in ordered steps that no running request waits for (DESIGN D4). Steps of the
// phase `expand` leave the old model working; `switch` happens in one short transaction with the new model; `contract`
// puts away what only the old model used.
import { constraintName, ident, literal, qualified } from '../db/identifier.ts';
import { triggerText, type RollupFill } from '../rollups/rollup-sql.ts';
import { indexSql } from './index-sql.ts';
import {
  isTrigram,
  sameDefault,
  sameIndex,
  sameReference,
  type ForeignKey,
  type LiveState,
  type Recycled,
  type SchemaState,
  type Table,
  type TableColumn,
  type TableIndex,
} from './tables.ts';

export type StepKind =
  | 'create-table'
  | 'create-sequence'
  | 'create-view'
  | 'replace-view'
  | 'drop-view'
  | 'restore-table'
  | 'restore-column'
  | 'rename-table'
  | 'rename-column'
  | 'rename-index'
  | 'rename-reference'
  | 'add-column'
  | 'convert-column'
  | 'set-default'
  | 'fill'
  | 'require'
  | 'unrequire'
  | 'statistics'
  | 'add-reference'
  | 'check-reference'
  | 'drop-reference'
  | 'create-index'
  | 'drop-index'
  | 'keep-rollups'
  | 'drop-rollups'
  | 'mark-rollup'
  | 'recycle-column'
  | 'recycle-table';

export interface Step {
  readonly kind: StepKind;
  readonly phase: 'expand' | 'switch' | 'contract';
  /** In plain words. */
  readonly summary: string;
  readonly table: string;
  /** A step run in batches has one statement over the key range `$1` (exclusive, null at first) to `$2`. */
  readonly sql: readonly string[];
  /** What takes the step back; of batches, over the keys that `_publish_touched` recorded for publish `$1`, step `$2`. */
  readonly undo: readonly string[];
  /** Postgres's lock on the table, and how long. */
  readonly lock: string;
  /** Rows of the table, estimated. */
  readonly rows: number;
  /** Values leave the model; they wait in the recycle bin. */
  readonly losesData: boolean;
  /** One transaction; outside any (concurrent indexes); or many short ones over key ranges. */
  readonly run: 'transaction' | 'alone' | 'batches';
  /** The key column batches walk along. */
  readonly key?: string;
  /** The keys a batch touches are recorded, for undo. */
  readonly record?: boolean;
  /** The table is made by this plan: nobody waits for it. */
  readonly fresh: boolean;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly losesData: boolean;
}

const LOCKS = {
  instant: 'ACCESS EXCLUSIVE (instant)',
  reference: 'SHARE ROW EXCLUSIVE (instant)',
  validate: 'SHARE UPDATE EXCLUSIVE (reads and writes go on)',
  rows: 'ROW EXCLUSIVE (a batch of rows at a time)',
  fresh: 'none (new)',
} as const;

/** A value of the first type always has a value of the second. Anything else is not converted but put away. */
const CONVERSIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  integer: { bigint: '::bigint', numeric: '::numeric', text: '::text' },
  bigint: { numeric: '::numeric', text: '::text' },
  numeric: { text: '::text' },
  boolean: { integer: '::integer', text: '::text' },
  uuid: { text: '::text' },
  date: { text: '::text', timestamp: '::timestamp', timestamptz: "::timestamp at time zone 'UTC'" },
  timestamp: { timestamptz: " at time zone 'UTC'" },
  timestamptz: { timestamp: " at time zone 'UTC'" },
};

export function planChanges(live: LiveState, desired: SchemaState): Plan {
  const planner = new Planner(live, desired);
  const steps = planner.plan();
  return { steps, losesData: steps.some((step) => step.losesData) };
}

type Draft = Partial<Step> & Pick<Step, 'kind' | 'phase' | 'summary' | 'table' | 'sql'>;

/** Collects steps table by table; a class because every part adds to the same ordered lists. */
class Planner {
  readonly #live: LiveState;
  readonly #desired: SchemaState;
  readonly #steps: Step[] = [];
  readonly #fresh = new Set<string>();
  /** Names in the recycle bin that this plan gives away. */
  readonly #binNames: Set<string>;

  constructor(live: LiveState, desired: SchemaState) {
    this.#live = live;
    this.#desired = desired;
    this.#binNames = new Set([...live.tables.values()].flatMap((table) => [table.name, ...table.columns.keys()]));
  }

  plan(): Step[] {
    for (const sequence of this.#desired.sequences.values()) {
      if (this.#live.sequences.has(sequence.name)) continue;
      const name = this.#name(sequence.name);
      this.#add({
        kind: 'create-sequence',
        phase: 'expand',
        summary: `Make the number sequence ${sequence.name}, beginning with ${sequence.start}`,
        table: sequence.name,
        // A sequence stays when its field goes, so that numbers are never given twice.
        sql: [`create sequence if not exists ${name} minvalue 0 start with ${literal(sequence.start)}`],
        undo: [`drop sequence if exists ${name}`],
        lock: LOCKS.fresh,
      });
    }
    const kept = new Set<string>();
    const pairs: (readonly [Table, Table])[] = [];
    const made: Table[] = [];
    for (const table of this.#desired.tables.values()) {
      const found = this.#counterpart(table);
      if (found) {
        kept.add(found.name);
        pairs.push([found, table]);
      } else {
        made.push(table);
        this.#createTable(table);
      }
    }
    for (const table of made) {
      for (const reference of table.references) {
        const target = this.#liveTarget(reference.target);
        const targetColumn = this.#liveTargetColumn(reference);
        this.#addReference(table, { ...reference, target, targetColumn }, table.name);
      }
    }
    for (const [found, table] of pairs) this.#changeTable(found, table);
    this.#changeViews();
    this.#changeRollups();
    for (const table of this.#live.tables.values()) {
      if (!kept.has(table.name) && !isBinName(table.name)) this.#recycleTable(table);
    }
    const order = { expand: 0, switch: 1, contract: 2 };
    return this.#steps.toSorted((a, b) => order[a.phase] - order[b.phase]);
  }

  /** The live table a desired one is: by its name, by its former name, or from the recycle bin. */
  #counterpart(table: Table): Table | undefined {
    const same = this.#live.tables.get(table.name);
    if (same) return same;
    const former = table.was === undefined ? undefined : this.#live.tables.get(table.was);
    if (former && !this.#desired.tables.has(former.name)) {
      this.#add({
        kind: 'rename-table',
        phase: 'switch',
        summary: `Rename the table ${former.name} to ${table.name}`,
        table: table.name,
        sql: [
          `alter table ${this.#name(former.name)} rename to ${ident(table.name)}`,
          `update ${this.#name('_recycle')} set table_name = ${literal(table.name)} where table_name = ${literal(former.name)}`,
        ],
        lock: LOCKS.instant,
        rows: former.rows,
      });
      return former;
    }
    const binned = this.#live.recycled.find(({ kind, table: name }) => kind === 'table' && name === table.name);
    const found = binned && this.#live.tables.get(binned.movedTo);
    if (!binned || !found) return undefined;
    this.#add({
      kind: 'restore-table',
      phase: 'expand',
      summary: `Bring the table ${table.name} back from the recycle bin with its rows`,
      table: table.name,
      sql: [
        `alter table ${this.#name(found.name)} rename to ${ident(table.name)}`,
        this.#markRestored(binned, 'now()'),
      ],
      undo: [
        `alter table ${this.#name(table.name)} rename to ${ident(found.name)}`,
        this.#markRestored(binned, 'null'),
      ],
      lock: LOCKS.instant,
      rows: found.rows,
    });
    return { ...found, name: table.name };
  }

  #createTable(table: Table): void {
    this.#fresh.add(table.name);
    const columns = [...table.columns.values()].map((column) => columnSql(column));
    const key = `constraint ${ident(constraintName(table.name, 'pkey'))} primary key (${list(table.key)})`;
    const statistics = [...table.columns.values()].flatMap((column) =>
      column.statistics === undefined ? [] : [this.#statistics(table.name, column.name, column.statistics)],
    );
    this.#add({
      kind: 'create-table',
      phase: 'expand',
      summary: `Make the table ${table.name} with ${table.columns.size} columns and ${table.indexes.length} indexes`,
      table: table.name,
      sql: [
        `create table ${this.#name(table.name)} (\n  ${[...columns, key].join(',\n  ')}\n)`,
        ...table.indexes.map((index) => this.#indexSql(table.name, index, false)),
        ...statistics,
      ],
      undo: [`drop table if exists ${this.#name(table.name)} cascade`],
      lock: LOCKS.fresh,
    });
  }

  #changeTable(found: Table, table: Table): void {
    // Expand steps run before the switch, so they speak of a renamed table or column by its old name.
    const at = found.name;
    const rename = new Map<string, string>();
    const matched = new Set<string>();
    const replaced: TableColumn[] = [];
    const restored = new Set<string>();

    for (const column of table.columns.values()) {
      const same = found.columns.get(column.name);
      const former = column.was === undefined ? undefined : found.columns.get(column.was);
      const old = same ?? (former && !table.columns.has(former.name) ? former : undefined);
      if (!old) {
        const binned = this.#binned(found, table, column);
        if (binned) {
          this.#restoreColumn(at, found, column, binned);
          restored.add(column.name);
        } else this.#addColumn(at, found, column);
        continue;
      }
      matched.add(old.name);
      if (old.type !== column.type) {
        rename.set(column.name, this.#convertColumn(at, found, table, old, column));
        replaced.push(old);
        continue;
      }
      if (old.name !== column.name) {
        rename.set(column.name, old.name);
        this.#add({
          kind: 'rename-column',
          phase: 'switch',
          summary: `Rename ${table.name}.${old.name} to ${column.name}`,
          table: table.name,
          sql: [`alter table ${this.#name(table.name)} rename column ${ident(old.name)} to ${ident(column.name)}`],
          lock: LOCKS.instant,
          rows: found.rows,
        });
      }
      this.#changeColumn(at, found, old, column);
    }

    const current = (name: string): string => rename.get(name) ?? name;
    const gone = [...found.columns.values()].filter((column) => !matched.has(column.name) && !isBinName(column.name));
    const going = new Set([...gone, ...replaced].map(({ name }) => name));
    for (const column of gone) {
      if (column.required) this.#unrequire(at, found, column, 'the next model no longer fills it');
    }
    this.#changeReferences(at, found, table, current, going, restored);
    this.#changeIndexes(at, found, table, current);
    for (const column of table.columns.values()) {
      const name = current(column.name);
      const old = found.columns.get(name);
      const back = restored.has(column.name);
      // A new column with a constant default was made `not null` at once.
      const atOnce = old === undefined && !back && name === column.name && isConstant(column.default);
      if (!column.required || old?.required || atOnce) continue;
      this.#require(at, found, { ...column, name }, old !== undefined || back);
    }
    for (const column of gone) this.#recycleColumn(table.name, found, column);
  }

  #addColumn(at: string, found: Table, column: TableColumn): void {
    // A constant default is written into the catalogue only; one that is computed per row would rewrite the table.
    const constant = isConstant(column.default);
    const first = { ...column, default: constant ? column.default : undefined, required: column.required && constant };
    const table = this.#name(at);
    const name = ident(column.name);
    const given = column.default === undefined ? '' : `, ${column.default} in every row`;
    this.#add({
      kind: 'add-column',
      phase: 'expand',
      summary: `Add ${at}.${column.name} (${column.type}${given})`,
      table: at,
      sql: [
        `alter table ${table} add column ${columnSql(first)}`,
        ...(constant || column.default === undefined
          ? []
          : [`alter table ${table} alter column ${name} set default ${column.default}`]),
        ...(column.statistics === undefined ? [] : [this.#statistics(at, column.name, column.statistics)]),
      ],
      undo: [`alter table ${table} drop column if exists ${name}`],
      lock: LOCKS.instant,
      rows: found.rows,
    });
  }

  #restoreColumn(at: string, found: Table, column: TableColumn, binned: Recycled): void {
    const table = this.#name(at);
    this.#add({
      kind: 'restore-column',
      phase: 'expand',
      summary: `Bring ${at}.${column.name} back from the recycle bin with its values`,
      table: at,
      sql: [
        `alter table ${table} rename column ${ident(binned.movedTo)} to ${ident(column.name)}`,
        ...(column.default === undefined
          ? []
          : [`alter table ${table} alter column ${ident(column.name)} set default ${column.default}`]),
        this.#markRestored(binned, 'now()'),
      ],
      undo: [
        `alter table ${table} alter column ${ident(column.name)} drop default`,
        `alter table ${table} alter column ${ident(column.name)} drop not null`,
        `alter table ${table} rename column ${ident(column.name)} to ${ident(binned.movedTo)}`,
        this.#markRestored(binned, 'null'),
      ],
      lock: LOCKS.instant,
      rows: found.rows,
    });
  }

  /** A column that waits in the bin under this name and type. */
  #binned(found: Table, table: Table, column: TableColumn): Recycled | undefined {
    return this.#live.recycled.find(
      (entry) =>
        entry.kind === 'column' &&
        (entry.table === found.name || entry.table === table.name) &&
        entry.column === column.name &&
        entry.type === column.type &&
        found.columns.has(entry.movedTo),
    );
  }

  /**
   * A new column beside the old, kept equal by a trigger, filled in batches, exchanged at the switch. Values that cannot be
   * converted go to the bin, and what the bin holds of the new type comes back. Returns the column's name before the switch.
   */
  #convertColumn(at: string, found: Table, table: Table, old: TableColumn, column: TableColumn): string {
    const waiting = this.#binned(found, table, column);
    // The way here kept no values: then those from before it are in the bin, and come back.
    const oneWay = CONVERSIONS[column.type]?.[old.type] === undefined;
    const convertible = CONVERSIONS[old.type]?.[column.type];
    const binned = oneWay || convertible === undefined ? waiting : undefined;
    const cast = binned ? undefined : convertible;
    const beside = binned?.movedTo ?? newName(column.name);
    const target = this.#name(at);
    const trigger = constraintName('_sync', at, column.name);
    const binName = this.#binName(old.name);
    const unfilled = { ...column, name: beside, required: false, default: undefined };
    const converted = `(new.${ident(old.name)})${cast ?? ''}`;
    const value =
      column.required && column.default !== undefined ? `coalesce(${converted}, ${column.default})` : converted;
    const makeTrigger = `create function ${this.#name(trigger)}() returns trigger language plpgsql as $sync$
begin new.${ident(beside)} := ${value}; return new; end $sync$;
create trigger ${ident(trigger)} before insert or update on ${target} for each row execute function ${this.#name(trigger)}()`;
    const dropTrigger = [
      `drop trigger if exists ${ident(trigger)} on ${this.#name(table.name)}`,
      `drop function if exists ${this.#name(trigger)}()`,
    ];
    if (!binned) {
      this.#add({
        kind: 'convert-column',
        phase: 'expand',
        summary: cast
          ? `Change ${at}.${column.name} from ${old.type} to ${column.type}, in a new column beside it`
          : `Change ${at}.${column.name} from ${old.type} to ${column.type}: these values cannot be converted, the column begins empty`,
        table: at,
        sql: [`alter table ${target} add column ${columnSql(unfilled)}`, ...(cast ? [makeTrigger] : [])],
        undo: [
          `drop trigger if exists ${ident(trigger)} on ${target}`,
          `drop function if exists ${this.#name(trigger)}()`,
          `alter table ${target} drop column if exists ${ident(beside)}`,
        ],
        lock: LOCKS.instant,
        rows: found.rows,
      });
    }
    if (cast) {
      this.#fill(at, found, `Copy the values of ${at}.${old.name} as ${column.type}`, {
        set: `${ident(beside)} = (${ident(old.name)})${cast}`,
        where: `${ident(old.name)} is not null and ${ident(beside)} is null`,
      });
    }
    if (old.required) this.#unrequire(at, found, old, 'a new column takes its place');
    const name = this.#name(table.name);
    this.#add({
      kind: 'convert-column',
      phase: 'switch',
      summary: binned
        ? `Bring ${table.name}.${column.name} back from the recycle bin as ${column.type}; the present values go there`
        : `Let the new column take the place of ${table.name}.${old.name}; the old one goes to the recycle bin`,
      table: table.name,
      sql: [
        ...dropTrigger,
        `alter table ${name} alter column ${ident(old.name)} drop default`,
        `alter table ${name} rename column ${ident(old.name)} to ${ident(binName)}`,
        `alter table ${name} rename column ${ident(beside)} to ${ident(column.name)}`,
        ...(column.default === undefined
          ? []
          : [`alter table ${name} alter column ${ident(column.name)} set default ${column.default}`]),
        this.#register('column', table.name, old.name, old.type, binName),
        ...(binned ? [this.#markRestored(binned, 'now()')] : []),
      ],
      lock: LOCKS.instant,
      rows: found.rows,
      losesData: cast === undefined,
    });
    return beside;
  }

  #changeColumn(at: string, found: Table, old: TableColumn, column: TableColumn): void {
    const table = this.#name(at);
    const name = ident(old.name);
    if (!sameDefault(old.default, column.default, column.type)) {
      const set = (value: string | undefined): string =>
        `alter table ${table} alter column ${name} ${value === undefined ? 'drop default' : `set default ${value}`}`;
      this.#add({
        kind: 'set-default',
        phase: 'expand',
        summary:
          column.default === undefined
            ? `Let ${at}.${old.name} have no default`
            : `Let new rows of ${at} begin with ${old.name} = ${column.default}`,
        table: at,
        sql: [set(column.default)],
        undo: [set(old.default)],
        lock: LOCKS.instant,
        rows: found.rows,
      });
    }
    if (old.required && !column.required) this.#unrequire(at, found, old, 'it is no longer required');
    if (column.statistics !== undefined && old.statistics !== column.statistics) {
      this.#add({
        kind: 'statistics',
        phase: 'expand',
        summary: `Let the planner know ${column.statistics} frequent values of ${at}.${old.name}`,
        table: at,
        sql: [this.#statistics(at, old.name, column.statistics)],
        undo: [this.#statistics(at, old.name, old.statistics ?? -1)],
        lock: LOCKS.validate,
        rows: found.rows,
      });
    }
  }

  #unrequire(at: string, found: Table, column: TableColumn, because: string): void {
    const alter = `alter table ${this.#name(at)} alter column ${ident(column.name)}`;
    this.#add({
      kind: 'unrequire',
      phase: 'expand',
      summary: `Let ${at}.${column.name} be empty: ${because}`,
      table: at,
      sql: [`${alter} drop not null`],
      undo: [`${alter} set not null`],
      lock: LOCKS.instant,
      rows: found.rows,
    });
  }

  /** Forbid new empty values, fill the old ones, check without a lock, and let that check stand for `not null`. */
  #require(at: string, found: Table, column: TableColumn, hadValues: boolean): void {
    const table = this.#name(at);
    const name = ident(column.name);
    const check = constraintName(at, column.name, 'required');
    this.#add({
      kind: 'require',
      phase: 'expand',
      summary: `Refuse rows of ${at} without ${column.name} from now on`,
      table: at,
      sql: [
        `alter table ${table} drop constraint if exists ${ident(check)}`,
        `alter table ${table} add constraint ${ident(check)} check (${name} is not null) not valid`,
      ],
      undo: [`alter table ${table} drop constraint if exists ${ident(check)}`],
      lock: LOCKS.instant,
      rows: found.rows,
    });
    if (column.default !== undefined) {
      this.#fill(
        at,
        found,
        `Give the rows of ${at} without ${column.name} its default, ${column.default}`,
        { set: `${name} = ${column.default}`, where: `${name} is null` },
        hadValues ? column.name : undefined,
      );
    }
    this.#add({
      kind: 'require',
      phase: 'expand',
      summary: `Check that every row of ${at} has ${column.name}`,
      table: at,
      sql: [`alter table ${table} validate constraint ${ident(check)}`],
      lock: LOCKS.validate,
      rows: found.rows,
    });
    this.#add({
      kind: 'require',
      phase: 'expand',
      summary: `Make ${at}.${column.name} required`,
      table: at,
      // The valid check spares the scan.
      sql: [
        `alter table ${table} alter column ${name} set not null`,
        `alter table ${table} drop constraint ${ident(check)}`,
      ],
      undo: [`alter table ${table} alter column ${name} drop not null`],
      lock: LOCKS.instant,
      rows: found.rows,
    });
  }

  /** `recorded`: the column had empty values before this publish, so undo has to know which. */
  #fill(at: string, found: Table, summary: string, change: { set: string; where: string }, recorded?: string): void {
    const [key = ''] = found.key;
    const table = this.#name(at);
    const range = `($1::uuid is null or ${ident(key)} > $1) and ${ident(key)} <= $2`;
    this.#add({
      kind: 'fill',
      phase: 'expand',
      summary,
      table: at,
      sql: [`update ${table} changed set ${change.set} where ${range} and ${change.where}`],
      undo:
        recorded === undefined
          ? []
          : [
              // The check would refuse what undo restores.
              `alter table ${table} drop constraint if exists ${ident(constraintName(at, recorded, 'required'))}`,
              `update ${table} set ${ident(recorded)} = null where ${ident(key)} in
                 (select key::uuid from ${this.#name('_publish_touched')} where publish = $1 and step = $2)`,
            ],
      lock: LOCKS.rows,
      rows: found.rows,
      run: 'batches',
      key,
      record: recorded !== undefined,
    });
  }

  #changeReferences(
    at: string,
    found: Table,
    table: Table,
    current: (name: string) => string,
    going: ReadonlySet<string>,
    restored: ReadonlySet<string>,
  ): void {
    const left = new Set(found.references);
    for (const reference of table.references) {
      const now = {
        ...reference,
        column: current(reference.column),
        target: this.#liveTarget(reference.target),
        targetColumn: this.#liveTargetColumn(reference),
      };
      const same = [...left].find((other) => sameReference(other, now));
      if (same) {
        left.delete(same);
        if (!same.valid) this.#checkReference(at, found, same);
        if (same.name !== reference.name) {
          this.#add({
            kind: 'rename-reference',
            phase: 'switch',
            summary: `Name the reference of ${table.name}.${reference.column} as it is now`,
            table: table.name,
            sql: [
              `alter table ${this.#name(table.name)} rename constraint ${ident(same.name)} to ${ident(reference.name)}`,
            ],
            lock: LOCKS.instant,
            rows: found.rows,
          });
        }
        continue;
      }
      const namesake = [...left].find((other) => other.name === reference.name);
      if (namesake) {
        left.delete(namesake);
        this.#dropReference(at, found, namesake);
      }
      if (restored.has(reference.column)) {
        const column = ident(now.column);
        this.#fill(at, found, `Empty ${at}.${now.column} where the row it names is gone`, {
          set: `${column} = null`,
          where: `changed.${column} is not null and not exists
            (select 1 from ${this.#name(now.target)} t where t.${ident(now.targetColumn)} = changed.${column})`,
        });
      }
      this.#addReference(found, now, at);
    }
    for (const reference of left) {
      // The old model keeps its integrity until the switch.
      this.#add({
        kind: 'drop-reference',
        phase: going.has(reference.column) ? 'contract' : 'switch',
        summary: `Take away the reference of ${table.name}.${reference.column} to ${reference.target}`,
        table: table.name,
        sql: [`alter table ${this.#name(table.name)} drop constraint if exists ${ident(reference.name)}`],
        lock: LOCKS.instant,
        rows: found.rows,
      });
    }
  }

  /** Makes room for a reference of the same column to another table. */
  #dropReference(at: string, found: Table, reference: ForeignKey): void {
    const table = this.#name(at);
    this.#add({
      kind: 'drop-reference',
      phase: 'expand',
      summary: `Let ${at}.${reference.column} no longer name rows of ${reference.target}`,
      table: at,
      sql: [`alter table ${table} drop constraint if exists ${ident(reference.name)}`],
      undo: [
        `alter table ${table} add constraint ${ident(reference.name)} ${this.#referenceSql(reference)} not valid`,
        `alter table ${table} validate constraint ${ident(reference.name)}`,
      ],
      lock: LOCKS.instant,
      rows: found.rows,
    });
  }

  #referenceSql({ column, target, targetColumn, onDelete }: ForeignKey): string {
    const cascade = onDelete === 'cascade' ? ' on delete cascade' : '';
    return `foreign key (${ident(column)}) references ${this.#name(target)} (${ident(targetColumn)})${cascade}`;
  }

  #addReference(found: Table, reference: ForeignKey, at: string): void {
    const fresh = this.#fresh.has(at);
    const table = this.#name(at);
    const body = this.#referenceSql(reference);
    this.#add({
      kind: 'add-reference',
      phase: 'expand',
      summary: `Let ${at}.${reference.column} name rows of ${reference.target} only`,
      table: at,
      sql: [`alter table ${table} add constraint ${ident(reference.name)} ${body}${fresh ? '' : ' not valid'}`],
      undo: [`alter table ${table} drop constraint if exists ${ident(reference.name)}`],
      lock: fresh ? `${LOCKS.reference} on ${reference.target}` : LOCKS.reference,
      rows: found.rows,
      // A reference to a table in use takes a lock there: then it is a step of its own.
      fresh: fresh && this.#fresh.has(reference.target),
    });
    if (!fresh) this.#checkReference(at, found, reference);
  }

  #checkReference(at: string, found: Table, reference: ForeignKey): void {
    this.#add({
      kind: 'check-reference',
      phase: 'expand',
      summary: `Check that every ${at}.${reference.column} names a row of ${reference.target}`,
      table: at,
      sql: [`alter table ${this.#name(at)} validate constraint ${ident(reference.name)}`],
      lock: LOCKS.validate,
      rows: found.rows,
    });
  }

  /** Until the switch a renamed table has its old name. */
  #liveTarget(name: string): string {
    if (this.#live.tables.has(name)) return name;
    const was = this.#desired.tables.get(name)?.was;
    return was !== undefined && this.#live.tables.has(was) && !this.#desired.tables.has(was) ? was : name;
  }

  #liveTargetColumn({ target, targetColumn }: ForeignKey): string {
    const live = this.#live.tables.get(this.#liveTarget(target));
    const was = this.#desired.tables.get(target)?.columns.get(targetColumn)?.was;
    return live && !live.columns.has(targetColumn) && was !== undefined && live.columns.has(was) ? was : targetColumn;
  }

  #changeIndexes(at: string, found: Table, table: Table, current: (name: string) => string): void {
    const left = new Set(found.indexes);
    for (const index of table.indexes) {
      const now = { ...index, keys: index.keys.map((key) => ({ ...key, column: current(key.column) })) };
      const same = [...left].find((other) => other.valid && sameIndex(other, now));
      if (same) {
        left.delete(same);
        if (same.name !== index.name && isOurs(same, found)) {
          this.#add({
            kind: 'rename-index',
            phase: 'switch',
            summary: `Name the index ${same.name} ${index.name}, as its columns are named now`,
            table: table.name,
            sql: [`alter index ${this.#name(same.name)} rename to ${ident(index.name)}`],
            lock: LOCKS.instant,
            rows: found.rows,
          });
        }
        continue;
      }
      const namesake = [...left].find((other) => other.name === index.name);
      if (namesake) left.delete(namesake);
      // The old model keeps its index until the switch; one that a broken-off build left is in the way.
      const name = namesake?.valid ? constraintName(index.name, 'next') : index.name;
      const columns = index.keys.map(({ column }) => column).join(', ');
      const forSearch = isTrigram(index) ? ' for search' : '';
      this.#add({
        kind: 'create-index',
        phase: 'expand',
        summary: index.unique ? `Keep (${columns}) unique in ${at}` : `Index ${at} by ${columns}${forSearch}`,
        table: at,
        sql: [`drop index concurrently if exists ${this.#name(name)}`, this.#indexSql(at, { ...now, name }, true)],
        undo: [`drop index concurrently if exists ${this.#name(name)}`],
        lock: LOCKS.validate,
        rows: found.rows,
        run: 'alone',
      });
      if (namesake?.valid) this.#exchangeIndex(table, found, index.name, name);
    }
    for (const index of left) {
      // An administrator's own index stays.
      if (!isOurs(index, found)) continue;
      this.#add({
        kind: 'drop-index',
        phase: 'contract',
        summary: `Drop the index ${index.name}, which nothing asks for any more`,
        table: table.name,
        sql: [`drop index concurrently if exists ${this.#name(index.name)}`],
        lock: LOCKS.validate,
        rows: found.rows,
        run: 'alone',
      });
    }
  }

  #exchangeIndex(table: Table, found: Table, name: string, next: string): void {
    const gone = constraintName(name, 'gone');
    this.#add({
      kind: 'rename-index',
      phase: 'switch',
      summary: `Let the new index ${name} take the place of the old`,
      table: table.name,
      sql: [
        `alter index ${this.#name(name)} rename to ${ident(gone)}`,
        `alter index ${this.#name(next)} rename to ${ident(name)}`,
      ],
      lock: LOCKS.instant,
      rows: found.rows,
    });
    this.#add({
      kind: 'drop-index',
      phase: 'contract',
      summary: `Drop the old index ${name}`,
      table: table.name,
      sql: [`drop index concurrently if exists ${this.#name(gone)}`],
      lock: LOCKS.validate,
      rows: found.rows,
      run: 'alone',
    });
  }

  #recycleColumn(at: string, found: Table, column: TableColumn): void {
    const binName = this.#binName(column.name);
    const table = this.#name(at);
    this.#add({
      kind: 'recycle-column',
      phase: 'contract',
      summary: `Move ${at}.${column.name} with its values to the recycle bin`,
      table: at,
      sql: [
        `alter table ${table} alter column ${ident(column.name)} drop default`,
        `alter table ${table} rename column ${ident(column.name)} to ${ident(binName)}`,
        this.#register('column', at, column.name, column.type, binName),
      ],
      lock: LOCKS.instant,
      rows: found.rows,
      losesData: true,
    });
  }

  #recycleTable(table: Table): void {
    const binName = this.#binName(table.name);
    this.#add({
      kind: 'recycle-table',
      phase: 'contract',
      summary: `Move the table ${table.name} with its rows to the recycle bin`,
      table: table.name,
      sql: [
        // Rows in the bin must not keep others from being deleted.
        ...table.references.map(
          ({ name }) => `alter table ${this.#name(table.name)} drop constraint if exists ${ident(name)}`,
        ),
        `alter table ${this.#name(table.name)} rename to ${ident(binName)}`,
        this.#register('table', table.name, undefined, undefined, binName),
      ],
      lock: LOCKS.instant,
      rows: table.rows,
      losesData: true,
    });
  }

  #changeViews(): void {
    for (const view of this.#desired.views.values()) {
      const found = this.#live.views.get(view.name);
      if (found?.hash === view.hash) continue;
      const name = this.#name(view.name);
      this.#add({
        kind: found ? 'replace-view' : 'create-view',
        phase: 'switch',
        summary: `${found ? 'Bring' : 'Make'} the union ${view.name}${found ? ' up to date' : ''}`,
        table: view.name,
        sql: [
          ...(found ? [`drop view if exists ${name}`] : []),
          `create view ${name} as ${view.sql}`,
          `comment on view ${name} is ${literal(view.hash)}`,
        ],
        lock: found ? LOCKS.instant : LOCKS.fresh,
      });
    }
    for (const view of this.#live.views.values()) {
      if (this.#desired.views.has(view.name)) continue;
      this.#add({
        kind: 'drop-view',
        phase: 'switch',
        summary: `Drop the union ${view.name}; the rows of its members stay`,
        table: view.name,
        sql: [`drop view if exists ${this.#name(view.name)}`],
        lock: LOCKS.instant,
      });
    }
  }

  /**
   * Triggers before values: from then on every write keeps the rollups, and working them out once for the rows there are makes
   * them right for good. Where tables or columns change their names, all of it waits for the switch.
   */
  #changeRollups(): void {
    const { triggers = [], fills = [] } = this.#desired.rollups ?? {};
    const renames: ReadonlySet<StepKind> = new Set([
      'rename-table',
      'rename-column',
      'convert-column',
      'restore-table',
    ]);
    const late = this.#steps.some(({ kind }) => renames.has(kind));
    const phase = late ? 'switch' : 'expand';
    const makes = (
      name: string,
      body: string,
      hash: string,
      more: readonly string[],
      table: string,
      of: string,
    ): void => {
      const found = this.#live.functions?.get(name);
      const signature = `${this.#name(name)}(${of})`;
      this.#add({
        kind: 'keep-rollups',
        phase,
        summary: `${found ? 'Change' : 'Make'} what keeps the rollups of ${table}`,
        table,
        sql: [body, `comment on function ${signature} is ${literal(hash)}`, ...more],
        undo: found
          ? [found.definition, `comment on function ${signature} is ${literal(found.hash)}`]
          : [`drop function if exists ${signature} cascade`],
        lock: LOCKS.reference,
      });
    };
    for (const trigger of triggers) {
      const isThere = this.#live.triggers?.get(trigger.name) === trigger.table;
      if (isThere && this.#live.functions?.get(trigger.name)?.hash === trigger.hash) continue;
      const more = isThere ? [] : [triggerText(this.#desired.schema, trigger)];
      makes(trigger.name, trigger.body, trigger.hash, more, trigger.table, '');
    }
    for (const fill of fills) {
      if (this.#live.functions?.get(fill.function)?.hash !== fill.hash)
        makes(fill.function, fill.body, fill.hash, [], fill.table, 'uuid, uuid');
      this.#fillRollups(fill, late);
    }
    const wanted = new Set([...triggers.map(({ name }) => name), ...fills.map((fill) => fill.function)]);
    for (const [name, { definition }] of this.#live.functions ?? []) {
      if (wanted.has(name)) continue;
      const of = /^CREATE OR REPLACE FUNCTION [^(]*\(\)/i.test(definition) ? '' : 'uuid, uuid';
      this.#add({
        kind: 'drop-rollups',
        phase: 'switch',
        summary: `Drop ${name}: no rollup needs it any more`,
        table: this.#live.triggers?.get(name) ?? name,
        sql: [`drop function if exists ${this.#name(name)}(${of}) cascade`],
        lock: LOCKS.reference,
      });
    }
  }

  #fillRollups(fill: RollupFill, late: boolean): void {
    const found = this.#live.tables.get(fill.table);
    const due = [...fill.marks].filter(([column, mark]) => found?.columns.get(column)?.mark !== mark);
    const [first] = due;
    if (!first) return;
    const phase = late ? 'contract' : 'expand';
    const names = due.map(([column]) => column).join(', ');
    const [key = ''] = this.#desired.tables.get(fill.table)?.key ?? [];
    if (found && !this.#fresh.has(fill.table)) {
      this.#add({
        kind: 'fill',
        phase,
        summary: `Work out ${fill.table}.${names} for the rows there are`,
        table: fill.table,
        sql: [`select ${this.#name(fill.function)}($1::uuid, $2::uuid)`],
        lock: LOCKS.rows,
        rows: found.rows,
        run: 'batches',
        key,
      });
    }
    this.#add({
      kind: 'mark-rollup',
      phase,
      summary: `Note that ${fill.table}.${names} ${due.length === 1 ? 'is' : 'are'} right`,
      table: fill.table,
      sql: due.map(
        ([column, mark]) => `comment on column ${this.#name(fill.table)}.${ident(column)} is ${literal(mark)}`,
      ),
      undo: due.flatMap(([column]) => {
        const before = found?.columns.get(column);
        return before
          ? [
              `comment on column ${this.#name(fill.table)}.${ident(column)} is ${before.mark === undefined ? 'null' : literal(before.mark)}`,
            ]
          : [];
      }),
      lock: LOCKS.validate,
    });
  }

  #indexSql(at: string, index: TableIndex, concurrently: boolean): string {
    const place = { schema: this.#desired.schema, trigramSchema: this.#live.trigramSchema };
    return indexSql(place, at, index, concurrently);
  }

  #statistics(at: string, column: string, target: number): string {
    return `alter table ${this.#name(at)} alter column ${ident(column)} set statistics ${target}`;
  }

  #register(kind: 'table' | 'column', table: string, column: string | undefined, type: string | undefined, to: string) {
    const values = [kind, table, column ?? null, type ?? null, to].map(literal).join(', ');
    return `insert into ${this.#name('_recycle')} (kind, table_name, column_name, type, moved_to) values (${values})`;
  }

  #markRestored(entry: Recycled, when: 'now()' | 'null'): string {
    return `update ${this.#name('_recycle')} set restored_at = ${when} where id = ${literal(entry.id)}`;
  }

  #binName(name: string): string {
    for (let number = 1; ; number += 1) {
      const candidate = constraintName('_deleted', String(number), name);
      if (this.#binNames.has(candidate)) continue;
      this.#binNames.add(candidate);
      return candidate;
    }
  }

  #name(table: string): string {
    return qualified(this.#desired.schema, table);
  }

  #add(draft: Draft): void {
    this.#steps.push({
      undo: [],
      lock: LOCKS.fresh,
      rows: 0,
      losesData: false,
      run: 'transaction',
      fresh: this.#fresh.has(draft.table) || draft.kind === 'create-sequence',
      ...draft,
    });
  }
}

function columnSql(column: TableColumn): string {
  const given = column.default === undefined ? '' : ` default ${column.default}`;
  return `${ident(column.name)} ${column.type}${given}${column.required ? ' not null' : ''}`;
}

/** A value, not a computation. */
function isConstant(given: string | undefined): boolean {
  return given !== undefined && (/^E?'/.test(given) || !given.includes('('));
}

function list(names: readonly string[]): string {
  return names.map(ident).join(', ');
}

function isBinName(name: string): boolean {
  return name.startsWith('_deleted_');
}

function newName(column: string): string {
  return constraintName('_new', column);
}

/** Indexes the planner made; an administrator's index has another name. */
function isOurs(index: TableIndex, table: Table): boolean {
  return index.name.startsWith(`${table.name}_`) && /_(?:idx|key|trgm|[0-9a-f]{10})$/.test(index.name);
}
