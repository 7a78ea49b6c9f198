// The SQL that queries become, kept beside this file to be read in reviews.
import { beforeAll, describe, expect, it } from 'vitest';
import { compileCount, compileGroups, compilePage, compileRow } from '../../../../core/query/compile.ts';
import { lexRequest } from '../../../../core/query/odata/lex-request.ts';
import { readRequest } from '../../../../core/query/odata/read-request.ts';
import { restrict } from '../../../../core/security/restrict.ts';
import { captain, shipModel } from '../../../support/ships.ts';
import type { Ships } from '../../../support/ships.ts';

let ships: Ships;
beforeAll(async () => {
  ships = await shipModel();
});

function restricted(query: string, of: 'collection' | 'row' = 'collection', annotated = false) {
  const annotations = { formatted: annotated, lookup: annotated };
  const tree = readRequest(ships.model, ships.ship, lexRequest(query), { annotations, language: 'en', of });
  return restrict(tree, captain, ships.model);
}

function page(query: string, afterNulls?: readonly boolean[]): string {
  const target = { model: ships.model, schema: 'org_default' };
  return compilePage(target, restricted(query), { limit: 50, afterNulls, few: undefined }).text;
}

const select = '$select=name';
const cases: Readonly<Record<string, () => string>> = {
  'page-plain': () => page(select),
  'page-filtered-sorted-expanded': () =>
    page(
      `${select}&$filter=kind eq 1 and contains(name,'x')&$orderby=createdon desc&$expand=homeport($select=name)&$count=true`,
    ),
  'page-after-same-direction': () => page(`${select}&$orderby=createdon desc`, [false, false]),
  'page-after-mixed': () => page(`${select}&$orderby=crew desc,name`, [false, true, false]),
  'not-equal-finds-empty': () => page(`${select}&$filter=name ne 'x' and not (crew gt 1)`),
  'path-is-one-join': () =>
    page(`${select}&$filter=homeport/name eq 'x' or homeport/country in ('a','b')&$orderby=homeport/name`),
  'lambdas-both-kinds': () =>
    page(`${select}&$filter=ship_calls/any(p:p/name eq 'x') and not ship_calls/all(p:p/country eq null)`),
  'collection-with-limit': () =>
    page(`${select}&$expand=ship_calls($select=name;$filter=country ne null;$orderby=name;$top=3)`),
  groups: () =>
    compileGroups(
      { model: ships.model, schema: 'org_default' },
      restricted(
        '$apply=filter(afloat eq true)/groupby((kind,homeport/name),aggregate(tonnage with sum as total,$count as n))',
      ),
      { limit: 5000, afterNulls: undefined, few: undefined },
    ).text,
  count: () => compileCount({ model: ships.model, schema: 'org_default' }, restricted('$filter=crew in (1,2)')).text,
  'row-annotated': () =>
    compileRow(
      { model: ships.model, schema: 'org_default' },
      restricted('$select=kind,_keeper_value,_homeport_value', 'row', true),
      undefined,
    ).text,
  'row-by-alternate-key': () =>
    compileRow({ model: ships.model, schema: 'org_default' }, restricted(select, 'row'), ['callsign']).text,
};

/** One clause a line. */
function lines(sql: string): string {
  return `${sql.replace(/ (from|where|order by|group by|left join) /g, '\n  $1 ')}\n`;
}

describe('the statement', () => {
  it.each(Object.keys(cases))('%s', async (name) => {
    await expect(lines(cases[name]?.() ?? '')).toMatchFileSnapshot(`sql/${name}.sql`);
  });
});
