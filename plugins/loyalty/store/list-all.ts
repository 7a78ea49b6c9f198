// Reading more than one page, and rows of many ids, in queries of few shapes: each shape is planned once.
import type { Records, Row } from 'peyvand/sdk';

const PAGE = 5_000;
const IDS = 100;

/** Every row, by its key. `query` has no order and no top of its own; it selects the key. */
export async function listAll(records: Records, entity: string, query: string): Promise<readonly Row[]> {
  const key = `${entity}id`;
  const rows: Row[] = [];
  for (let last: string | undefined; ;) {
    const [before, filter] = splitFilter(query);
    const from = last === undefined ? '' : `${key} gt ${last}`;
    const both = [filter === undefined ? '' : `(${filter})`, from].filter((part) => part !== '').join(' and ');
    const page = await records.list(
      entity,
      `${before}${both === '' ? '' : `&$filter=${both}`}&$orderby=${key}&$top=${PAGE}`,
    );
    rows.push(...page);
    if (page.length < PAGE) return rows;
    last = String(page.at(-1)?.[key]);
  }
}

function splitFilter(query: string): readonly [string, string | undefined] {
  const at = query.indexOf('&$filter=');
  return at < 0 ? [query, undefined] : [query.slice(0, at), query.slice(at + 9)];
}

/** `list(condition)` for portions of the values, `field in ('a','b')`; a portion is filled up so that its shape is one of two. */
export async function inPortions(
  values: readonly string[],
  field: string,
  list: (condition: string) => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < values.length; from += IDS) {
    const portion = values.slice(from, from + IDS);
    const size = portion.length > 10 ? IDS : 10;
    const padded = [...portion, ...Array.from({ length: Math.max(0, size - portion.length) }, () => portion[0] ?? '')];
    rows.push(...(await list(`${field} in (${padded.join(',')})`)));
  }
  return rows;
}

export function quoted(text: string): string {
  return `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
}
