// Generated from import.schema.json by `npm run generate`: change the schema, not this file.

/**
 * The map of `peyvand load MAP --from FOLDER`: which files become rows of which entities. Files are read in order, so what is referred to comes first. Loading again with the same files creates nothing.
 */
export interface ImportDocument {
  /**
   * Where this kind's schema is, relative to the document; editors complete and check by it.
   */
  $schema?: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * Readings, in order.
   *
   * @minItems 1
   */
  files: File[];
}
/**
 * One reading of one file into one entity. A file may be read several times, into several entities.
 */
export interface File {
  /**
   * Names the step in reports and error files.
   */
  id: string;
  /**
   * File name inside the folder given with `--from`; no path leads out of it.
   */
  file: string;
  /**
   * Logical name of the entity its rows become.
   */
  entity: string;
  /**
   * Fields of an alternate key (or the key field) by which a row is found again. Each must stand in `fields`.
   *
   * @minItems 1
   */
  key: string[];
  /**
   * `upsert` updates the row with this key or makes it; `create` makes rows only, existing ones are left alone; `update` changes existing rows only, others are rejected.
   */
  mode?: 'upsert' | 'create' | 'update';
  /**
   * Several rows of the file with the same key are one record, the first: for a list that stands in a column of another (the managers in a list of agents). Otherwise a second row with the same key is rejected.
   */
  distinct?: boolean;
  /**
   * What the entity's duplicate rules find: `allow` stores the row nonetheless (rules that refuse hold in any case); `reject` rejects it, rows of the same file included, which are then written one after another.
   */
  duplicates?: 'allow' | 'reject';
  /**
   * The sign between cells.
   */
  delimiter?: string;
  /**
   * The file's encoding. A byte order mark is dropped.
   */
  encoding?: 'utf-8' | 'utf-16le' | 'windows-1252' | 'windows-1256';
  /**
   * Column → the text in the file → what is meant. Applied before anything else reads the column: spelling slips are mended here.
   */
  aliases?: {
    [k: string]: {
      [k: string]: string;
    };
  };
  /**
   * Columns that are left out on purpose. Any other column that no field uses is named in the report.
   */
  ignore?: string[];
  /**
   * Field → where its value comes from. A lookup to this very entity is written in a second pass over the file, when all its rows exist.
   */
  fields: {
    [k: string]: Source;
  };
}
/**
 * Where a field's value comes from (exactly one of `column`, `expression`, `value`) and how it is read. A rejected value rejects its row, with the row's number, the column and the reason.
 */
export interface Source {
  /**
   * The CSV column, by its heading.
   */
  column?: string;
  /**
   * A JSONata expression over the row; a field of it is a column by its heading, every value is text after `aliases`, an empty cell is an empty string. Its result is then read like a column's text.
   */
  expression?: string;
  /**
   * The same wire value for every row.
   */
  value?: string | number | boolean;
  /**
   * How a date or time is written: Unicode date pattern of `yyyy`, `yy`, `MM`, `M`, `dd`, `d`, `HH`, `H`, `mm`, `ss` and literals, e.g. `M/d/yyyy`. Required for every field of a date or time: nothing is guessed.
   */
  format?: string;
  /**
   * The calendar the date is written in.
   */
  calendar?: 'gregory' | 'persian';
  /**
   * IANA time zone of a time that is an instant and carries no offset, e.g. `Asia/Tehran`. Required then.
   */
  zone?: string;
  /**
   * The number is multiplied by this, in exact decimal arithmetic: 1000000 for a column in millions.
   */
  scale?: number;
  /**
   * The number's decimal sign.
   */
  decimal?: '.' | ',' | '٫';
  /**
   * The number's grouping sign, taken out before reading: `,`. Absent: none is allowed.
   */
  group?: string;
  /**
   * The text in the file → the wire value: a choice's option, true or false. A text that is not listed rejects the row.
   */
  values?: {
    [k: string]: string | number | boolean | null;
  };
  /**
   * The text names a row of another entity. No such row, or several, reject this one.
   */
  lookup?: {
    /**
     * Logical name of the referenced entity.
     */
    entity: string;
    /**
     * The field that the text is compared with, exactly: the primary name, a field of an alternate key, or the key field when the file holds ids.
     */
    by: string;
    /**
     * What to do when there is no such row.
     */
    missing?: 'reject' | 'empty';
  };
  /**
   * An empty cell: `clear` stores no value, also over an old one; `skip` leaves the field as it is; `reject` rejects the row.
   */
  empty?: 'clear' | 'skip' | 'reject';
}
