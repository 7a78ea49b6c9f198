// The statement that makes an index.
import { orderedSql } from '../db/collation.ts';
import { foldSql, phoneSql, plainSql, soundSql } from '../db/fold.ts';
import { ident, qualified } from '../db/identifier.ts';
import { isTrigram, type IndexKey, type TableIndex } from './tables.ts';

export interface IndexPlace {
  readonly schema: string;
  /** The schema the extension pg_trgm lives in. */
  readonly trigramSchema: string;
}

/** `create index concurrently "account_name_idx" on "org_default"."account" (…)` */
export function indexSql(
  place: IndexPlace,
  table: string,
  index: Pick<TableIndex, 'name' | 'unique' | 'keys'>,
  concurrently: boolean,
): string {
  const keys = index.keys.map((key) => keySql(place, key));
  const how = concurrently ? ' concurrently' : '';
  const using = isTrigram(index) ? ' using gin' : '';
  const present = index.keys
    .filter(({ kind }) => kind === 'present')
    .map(({ column }) => `${ident(column)} is not null`);
  const where = present.length > 0 ? ` where ${present.join(' and ')}` : '';
  const on = qualified(place.schema, table);
  return `create ${index.unique ? 'unique ' : ''}index${how} ${ident(index.name)} on ${on}${using} (${keys.join(', ')})${where}`;
}

function keySql({ schema, trigramSchema }: IndexPlace, { column, kind }: IndexKey): string {
  const name = ident(column);
  const trigrams = (): string => qualified(trigramSchema, 'gin_trgm_ops');
  switch (kind) {
    case 'ascending':
    case 'present':
      return name;
    case 'descending':
      return `${name} desc`;
    case 'lower':
      return `lower(${name})`;
    case 'trigram':
      return `${plainSql(schema, name)} ${trigrams()}`;
    case 'plain':
      return `${plainSql(schema, name)} text_pattern_ops`;
    case 'ordered':
      return `${orderedSql(schema, name)} nulls first`;
    case 'folded':
      return foldSql(schema, name);
    case 'sound-trigram':
      return `${soundSql(schema, name)} ${trigrams()}`;
    case 'phone':
      return phoneSql(schema, name);
    default:
      return `left(${foldSql(schema, name)}, ${Number(kind.slice('folded-'.length))})`;
  }
}
