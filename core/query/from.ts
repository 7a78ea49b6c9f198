// The tables a part of a statement reads: an entity's table and what its paths walk to over lookups. Every table that is
// named here carries the caller's row filter, and every column is named by `columnOf`, which puts nothing or a mask in the place
// of what the caller may not read; so no part of a query reads past either.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Derivation } from '../formulas/formula.ts';
import { todayIn } from '../../metadata/expression-functions.ts';
import { derivedSql, type Place } from '../formulas/formula-sql.ts';
import type { Column, Entity, Field, Model, Navigation } from '../model/model.ts';
import type { FieldAccess } from '../security/field-access.ts';
import { foldedSql } from './folded.ts';
import type { Statement } from './statement.ts';
import type { Condition, Join, Path } from './tree.ts';

export interface Compilation {
  readonly model: Model;
  readonly schema: string;
  readonly statement: Statement;
  /** What stands for a table of the schema, `_share` included, where it is not read as it is now (core/feed). */
  readonly tables?: (name: string) => string | undefined;
  /** Which rows of an entity the caller may read (core/security/restrict.ts). */
  readonly rows: (entity: string) => Condition;
  /** How much of a field's value the caller may read. */
  readonly shown: (field: Field) => FieldAccess['read'];
  /** Compiles a condition over the tables of `from`; handed in to keep the files apart. */
  readonly condition: (from: From, condition: Condition) => string;
}

export interface PlacedColumn {
  readonly sql: string;
  readonly column: Column;
  readonly field: Field;
  readonly entity: Entity;
  /** False for columns that hold a value in every row. */
  readonly nullable: boolean;
}

export class From {
  readonly compilation: Compilation;
  readonly entity: Entity;
  readonly alias: string;
  readonly #joins: string[];
  readonly #walked = new Map<string, From>();
  readonly #isJoined: boolean;
  /** Joins by alias, those of the query around this part included. */
  readonly #named: Map<string, From>;

  constructor(compilation: Compilation, entity: Entity, alias?: string, root?: From, isNullable = true) {
    this.compilation = compilation;
    this.entity = entity;
    this.alias = alias ?? compilation.statement.alias();
    // Joins of joins stand in the root's list, in the order they were first needed.
    this.#joins = root ? root.#joins : [];
    this.#named = root ? root.#named : new Map<string, From>();
    this.#isJoined = root !== undefined && isNullable;
  }

  /**
   * A table asked about inside a condition over this one: it knows the joins around it, and has its own. Paths inside may
   * start at its row by what it is `called`, and at the row outside of all lambdas by `$it`.
   */
  inside(entity: Entity, alias?: string, called?: string): From {
    const inner = new From(this.compilation, entity, alias);
    for (const [name, from] of this.#named) inner.#named.set(name, from);
    if (!inner.#named.has('$it')) inner.#named.set('$it', this);
    if (called !== undefined) inner.#named.set(called, inner);
    return inner;
  }

  /** `"org_default"."account" t0 left join …`; read it when all conditions are compiled. */
  get text(): string {
    return [`${tableOf(this.compilation, this.entity.name)} ${this.alias}`, ...this.#joins].join(' ');
  }

  /** The caller's row filter over this table, or undefined when all rows may be read. */
  get visible(): string | undefined {
    const rows = this.compilation.rows(this.entity.name);
    return rows.kind === 'true' ? undefined : this.unrestricted(rows);
  }

  /**
   * A condition of security itself over this table: it decides what may be read, so it reads the columns as they are, and
   * rows it walks to whoever asks. Its paths stand in a subquery of their own, apart from the joins that callers see.
   */
  unrestricted(condition: Condition): string {
    const compilation: Compilation = { ...this.compilation, rows: everything, shown: fully };
    const bare = new From(compilation, this.entity, this.alias);
    const text = compilation.condition(bare, condition);
    if (bare.#joins.length === 0) return text;
    return `exists (select 1 from (select 1) ${compilation.statement.alias()} ${bare.#joins.join(' ')} where ${text})`;
  }

  columnOf(column: Column): string {
    const sql = `${this.alias}.${ident(column.name)}`;
    const field = this.entity.fields.get(column.field);
    const shown = field ? this.compilation.shown(field) : 'full';
    if (shown === 'full') return field?.derivation ? this.#derived(field.derivation, column) : sql;
    if (shown === 'none' || column.type !== 'text' || column.suffix !== '') return `null::${column.type}`;
    return masked(sql, shown);
  }

  /** What a formula says of the row; one that SQL has no words for is filled in later (core/formulas/evaluate.ts). */
  #derived(derivation: Derivation, column: Column): string {
    if (derivation.kind === 'evaluated') return `null::${column.type}`;
    return `(${derivedSql(derivation, column.type, this.place())})`;
  }

  /**
   * The row as formulas read it: its columns, and single values of rows that its lookups name, by subqueries of their own. So
   * what is made of it holds wherever the alias stands, also over a page that is found already.
   */
  place(): Place {
    const { compilation } = this;
    return {
      column: (name) => this.columnOf(mainColumn(this.#field(name))),
      through: (lookup, target, make) => this.referred(lookup, target, (row) => make(row.place())),
      today: () => compilation.statement.shared('today', 'date', (run) => todayIn(run.principal.timeZone, run.now)),
      zone: () => compilation.statement.shared('zone', 'text', (run) => run.principal.timeZone),
    };
  }

  /** One value of the row of `target` that the lookup names, as a subquery; null where the caller may not read the row. */
  referred(lookup: string, target: string, make: (row: From) => string): string {
    const entity = this.compilation.model.entities.get(target);
    if (!entity) throw new TypeError(`the model has no entity ${target}`);
    const row = new From(this.compilation, entity);
    const value = make(row);
    const where = [reference(this, lookup, row), row.visible].filter((one) => one !== undefined);
    return `(select ${value} from ${row.text} where ${where.join(' and ')})`;
  }

  #field(name: string): Field {
    const field = this.entity.fields.get(name);
    if (!field) throw new TypeError(`${this.entity.name} has no field ${name}`);
    return field;
  }

  get key(): string {
    return this.columnOf(mainColumn(this.entity.key));
  }

  column(path: Path): PlacedColumn {
    const from = this.walk(path.slice(0, -1));
    const name = path.at(-1) ?? '';
    const column = from.entity.wire.get(name);
    const field = column && from.entity.fields.get(column.field);
    if (!column || !field) throw new TypeError(`${from.entity.name} has no property ${name}`);
    return {
      sql: from.columnOf(column),
      column,
      field,
      entity: from.entity,
      nullable: from.#isJoined || !isFilled(from.entity, field, column) || this.compilation.shown(field) !== 'full',
    };
  }

  walk(path: Path): From {
    const [step, ...rest] = path;
    if (step === undefined) return this;
    if (step.startsWith('@')) return this.#joined(step.slice(1)).walk(rest);
    let next = this.#walked.get(step);
    if (!next) {
      next = this.#join(step);
      this.#walked.set(step, next);
    }
    return next.walk(rest);
  }

  navigation(name: string): { readonly navigation: Navigation; readonly target: Entity } {
    const navigation = this.entity.navigation.get(name);
    const target = navigation && this.compilation.model.entities.get(navigation.target);
    if (!navigation || !target) throw new TypeError(`${this.entity.name} has no navigation property ${name}`);
    return { navigation, target };
  }

  #joined(alias: string): From {
    const joined = this.#named.get(alias);
    if (!joined) throw new TypeError(`the query has no join ${alias}`);
    return joined;
  }

  /**
   * Joins rows of other tables, each with the caller's row filter, so that paths can start at them. Answers with what must
   * hold in the `where` of the query.
   */
  join(joins: readonly Join[]): readonly string[] {
    const where: string[] = [];
    if (!this.#named.has('')) this.#named.set('', this);
    const opened = joins.map((join) => this.#open(join, false));
    // Conditions may name any join of the query, so they are written when all are known.
    for (const one of opened) this.#joins.push(this.#joinText(one, where));
    return where;
  }

  #open(join: Join, isNullable: boolean): Opened {
    const { model } = this.compilation;
    const entity = model.entities.get(join.entity);
    if (!entity) throw new TypeError(`the model has no entity ${join.entity}`);
    if (this.#named.has(join.alias)) throw new TypeError(`two joins are called ${join.alias}`);
    const nullable = isNullable || join.type === 'outer';
    const from = new From(this.compilation, entity, undefined, this, nullable);
    this.#named.set(join.alias, from);
    return { join, parent: this, from, joins: (join.joins ?? []).map((one) => from.#open(one, nullable)) };
  }

  /** `conditions` are those of the query, or of the outer join that this one stands in. */
  #joinText({ join, parent, from, joins }: Opened, conditions: string[]): string {
    if (join.type === 'first') {
      const text = `join lateral (${parent.#firstText(join, from)}) ${from.alias} on true`;
      return [text, ...joins.map((one) => this.#joinText(one, conditions))].join(' ');
    }
    const table = `${tableOf(this.compilation, from.entity.name)} ${from.alias}`;
    const { tables, link } = this.#tied(join, parent, from, table);
    if (join.type === 'inner') {
      conditions.push(...from.#asked(join.filter));
      return [`join ${tables} on ${link}`, ...joins.map((one) => this.#joinText(one, conditions))].join(' ');
    }
    // What is joined inside belongs to the outer join as a whole, and so do its conditions.
    const own = from.#asked(join.filter);
    const inner = joins.map((one) => this.#joinText(one, own));
    const grouped = inner.length > 0 ? `(${[tables, ...inner].join(' ')})` : tables;
    return `left join ${grouped} on ${[link, ...own].join(' and ')}`;
  }

  /** The joined table, with the pairs that lead to it, and what ties it to the parent. */
  #tied(join: Join, parent: From, from: From, table: string): { readonly tables: string; readonly link: string } {
    if (!join.through) return { tables: table, link: equalText(parent, join.to, from, join.from) };
    const { pairs, here, there } = parent.#pairs(join.through);
    return {
      tables: `(${pairs.text} join ${table} on ${from.key} = ${pairs.alias}.${ident(there)})`,
      link: `${pairs.alias}.${ident(here)} = ${parent.key}`,
    };
  }

  #pairs({ relation: name, parent }: NonNullable<Join['through']>) {
    const { model, schema, statement } = this.compilation;
    const relation = model.relations.get(name);
    if (relation?.kind !== 'many-to-many') throw new TypeError(`${name} is no many-to-many relationship`);
    const [first, second] = relation.columns;
    const [here, there] = parent === 'first' ? [first, second] : [second, first];
    const alias = statement.alias();
    return { pairs: { alias, text: `${qualified(schema, relation.table)} ${alias}` }, here, there };
  }

  /** The row filter and the join's own over a table that stands in a join: without joins beside it. */
  #asked(filter: Condition | undefined): string[] {
    // Asked once: it places parameters.
    const { visible } = this;
    const asked: string[] = visible === undefined ? [] : [visible];
    if (!filter) return asked;
    const bare = this.inside(this.entity, this.alias);
    const text = this.compilation.condition(bare, filter);
    if (bare.#joins.length === 0) return [...asked, text];
    const row = this.compilation.statement.alias();
    return [...asked, `exists (select 1 from (select 1) ${row} ${bare.#joins.join(' ')} where ${text})`];
  }

  #firstText(join: Join, from: From): string {
    const row = this.inside(from.entity);
    const { text, where } = this.#relatedText({ ...join, joins: [] }, row);
    return `select ${row.alias}.* from ${text}${where} order by ${row.key} limit 1`;
  }

  /** `exists (…)`: a row of the join belongs to this one; with its filter, or without. */
  related(join: Join, isFiltered: boolean): string {
    const entity = this.compilation.model.entities.get(join.entity);
    if (!entity) throw new TypeError(`the model has no entity ${join.entity}`);
    const row = this.inside(entity);
    const { text, where } = this.#relatedText(isFiltered ? join : { ...join, joins: [] }, row, isFiltered);
    return `exists (select 1 from ${text}${where})`;
  }

  /** How many rows of the join belong to this one. */
  countRelated(join: Join): string {
    const entity = this.compilation.model.entities.get(join.entity);
    if (!entity) throw new TypeError(`the model has no entity ${join.entity}`);
    const { text, where } = this.#relatedText(join, this.inside(entity));
    return `(select count(*) from ${text}${where})`;
  }

  #relatedText(join: Join, row: From, isFiltered = true): { readonly text: string; readonly where: string } {
    row.#named.set(join.alias, row);
    const { tables, link } = this.#tied(join, this, row, `${tableOf(this.compilation, row.entity.name)} ${row.alias}`);
    const { visible } = row;
    const where = [link, ...(visible === undefined ? [] : [visible])];
    if (isFiltered) {
      where.push(...row.join(join.joins ?? []));
      if (join.filter) where.push(this.compilation.condition(row, join.filter));
    }
    return { text: [tables, ...row.#joins].join(' '), where: ` where ${where.join(' and ')}` };
  }

  #join(step: string): From {
    const { navigation, target } = this.navigation(step);
    const joined = new From(this.compilation, target, undefined, this);
    const rows = this.compilation.rows(target.name);
    const link = this.link(navigation, joined);
    if (rows.kind === 'true') {
      this.#joins.push(`left join ${tableOf(this.compilation, target.name)} ${joined.alias} on ${link}`);
    } else {
      const inner = new From(this.compilation, target);
      const where = inner.unrestricted(rows);
      const source = `(select ${inner.alias}.* from ${inner.text} where ${where})`;
      this.#joins.push(`left join ${source} ${joined.alias} on ${link}`);
    }
    return joined;
  }

  /** What holds between a row of this table and a row of `other` that `navigation` leads to. */
  link(navigation: Navigation, other: From): string {
    const { model, schema, statement } = this.compilation;
    if (navigation.kind === 'one') return reference(this, navigation.field, other);
    if (navigation.kind === 'many') return reference(other, navigation.field, this);
    const relation = model.relations.get(navigation.relation);
    if (relation?.kind !== 'many-to-many')
      throw new TypeError(`${navigation.relation} is no many-to-many relationship`);
    const [first, second] = relation.columns;
    const [here, there] = navigation.kind === 'first' ? [first, second] : [second, first];
    const pair = statement.alias();
    return `exists (select 1 from ${qualified(schema, relation.table)} ${pair} where ${pair}.${ident(here)} = ${this.key} and ${pair}.${ident(there)} = ${other.key})`;
  }
}

/** What follows `from`: a table of the organization, or what stands for it. */
export function tableOf(compilation: Compilation, name: string): string {
  return compilation.tables?.(name) ?? qualified(compilation.schema, name);
}

interface Opened {
  readonly join: Join;
  readonly parent: From;
  readonly from: From;
  readonly joins: readonly Opened[];
}

/** Two columns with one value. Where one is a lookup of the other's key, the entity it names counts too. */
function equalText(parent: From, to: string, child: From, from: string): string {
  const left = parent.column([to]);
  const right = child.column([from]);
  const isLookupOf = (lookup: PlacedColumn, key: PlacedColumn) =>
    lookup.field.reference !== undefined && lookup.column.suffix === '' && key.field === key.entity.key;
  if (isLookupOf(left, right)) return reference(parent, left.field.name, child);
  if (isLookupOf(right, left)) return reference(child, right.field.name, parent);
  if (left.column.type === 'text' && right.column.type === 'text') {
    const { schema } = parent.compilation;
    return `${foldedSql(schema, left.sql)} = ${foldedSql(schema, right.sql)}`;
  }
  return `${left.sql} = ${right.sql}`;
}

const everything = (): Condition => ({ kind: 'true' });
const fully = (): FieldAccess['read'] => 'full';

/** So much of a text's ends as the mask lets through, around dots whose number tells nothing of its length. */
function masked(sql: string, { first, last }: { readonly first: number; readonly last: number }): string {
  const shown = `left(${sql}, ${first}) || '••••' || ${last > 0 ? `right(${sql}, ${last})` : "''"}`;
  return `case when length(${sql}) > ${first + last} then ${shown} when ${sql} is not null then '••••' end`;
}

/** A lookup on `from` that points at the row of `to`. */
function reference(from: From, lookup: string | undefined, to: From): string {
  const field = from.entity.fields.get(lookup ?? '');
  if (!field) throw new TypeError(`${from.entity.name} has no lookup ${lookup}`);
  const link = `${from.columnOf(mainColumn(field))} = ${to.key}`;
  const type = typeColumn(field);
  if (!type) return link;
  // A row of a union's member may be referred to by the union's name.
  const { name, base } = to.entity;
  const named = field.reference?.targets.includes(name) === true ? name : (base ?? name);
  return `${link} and ${from.columnOf(type)} = ${literal(named)}`;
}

export function entityOf(compilation: Compilation, query: { readonly entity: string }): Entity {
  const entity = compilation.model.entities.get(query.entity);
  if (!entity) throw new TypeError(`the model has no entity ${query.entity}`);
  return entity;
}

export function mainColumn(field: Field): Column {
  const column = field.columns[0];
  if (!column) throw new TypeError(`${field.entity}.${field.name} has no column`);
  return column;
}

/** The column that says which entity a polymorphic lookup's value belongs to. */
export function typeColumn(field: Field): Column | undefined {
  return field.columns.find((column) => column.suffix === '_type');
}

const filled = new Set(['id', 'created-on', 'modified-on', 'version']);

/** Columns that no row leaves empty: the engine's own, and those the table itself requires. */
function isFilled(entity: Entity, field: Field, column: Column): boolean {
  if (field.system !== undefined && filled.has(field.system)) return true;
  return field.required && column === field.columns[0] && !entity.union;
}
