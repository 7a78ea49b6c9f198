// What a product was when it was on sale last: kept while it is under revision, so that the revision can be dropped.
import type { Records, Row } from 'peyvand/sdk';
import { listRows } from './trade/rows.ts';

/** Of the product itself; stock and events of the ERP go on whatever becomes of a revision. */
const FIELDS = [
  'name',
  'productnumber',
  'productstructure',
  'parentproductid',
  'producttypecode',
  'defaultuomscheduleid',
  'defaultuomid',
  'quantitydecimal',
  'pricelevelid',
  'transactioncurrencyid',
  'price',
  'currentcost',
  'standardcost',
  'minimummargin',
  'taxrate',
  'validfromdate',
  'validtodate',
  'vendorname',
  'vendorpartnumber',
  'size',
  'stockweight',
  'description',
];
/** Rows that belong to it: properties before the values that name them. */
const PARTS = [
  {
    entity: 'dynamicproperty',
    parent: 'regardingobjectid',
    fixed: ['datatype'],
    fields: [
      'name',
      'options',
      'defaultvalue',
      'isrequired',
      'ishidden',
      'isreadonly',
      'minvalue',
      'maxvalue',
      'maxlengthstring',
      'precision',
    ],
  },
  { entity: 'dynamicpropertyinstance', parent: 'productid', fixed: ['dynamicpropertyid'], fields: ['value'] },
  {
    entity: 'productassociation',
    parent: 'productid',
    fixed: ['associatedproduct'],
    fields: ['quantity', 'uomid', 'productisrequired'],
  },
] as const;

interface Version {
  readonly product: Row;
  readonly parts: Readonly<Record<string, readonly Row[]>>;
}

function picked(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
}

function partRows(system: Records, { entity, parent }: (typeof PARTS)[number], id: string): Promise<readonly Row[]> {
  return listRows(system, entity, `$filter=_${parent}_value eq ${id}`);
}

async function versionOf(system: Records, id: string): Promise<Row | undefined> {
  const [version] = await listRows(system, 'productversion', `$filter=_productid_value eq ${id}&$top=1`);
  return version;
}

/** `product`: as it is on sale now. */
export async function keepVersion(system: Records, id: string, product: Row): Promise<void> {
  const parts: Record<string, readonly Row[]> = {};
  for (const part of PARTS) {
    const key = `${part.entity}id`;
    const rows = await partRows(system, part, id);
    parts[part.entity] = rows.map((row) => picked(row, [key, ...part.fixed, ...part.fields]));
  }
  await forgetVersion(system, id);
  const content: Version = { product: picked(product, FIELDS), parts };
  await system.create('productversion', { name: product['name'], productid: id, content });
}

/** It is on sale as it is now. */
export async function forgetVersion(system: Records, id: string): Promise<void> {
  const version = await versionOf(system, id);
  if (version) await system.remove('productversion', String(version['productversionid']));
}

/** What another system says of the product is true of the version before, too. */
export async function updateVersion(system: Records, id: string, values: Row): Promise<void> {
  const version = await versionOf(system, id);
  if (!version) return;
  const content = version['content'] as Version;
  const known = Object.fromEntries(Object.entries(values).filter(([name]) => FIELDS.includes(name)));
  await system.update('productversion', String(version['productversionid']), {
    content: { ...content, product: { ...content.product, ...known } },
  });
}

/** Everything as it was; false where nothing is known of that. The product is still under revision. */
export async function restoreVersion(system: Records, id: string): Promise<boolean> {
  const version = await versionOf(system, id);
  if (!version) return false;
  const { product, parts } = version['content'] as Version;
  await system.update('product', id, product);
  for (const part of PARTS) {
    const key = `${part.entity}id`;
    const before = new Map((parts[part.entity] ?? []).map((row) => [String(row[key]), row]));
    const now = new Set<string>();
    for (const row of await partRows(system, part, id)) {
      const [rowId, old] = [String(row[key]), before.get(String(row[key]))];
      now.add(rowId);
      if (!old) await system.remove(part.entity, rowId);
      else if (JSON.stringify(picked(row, part.fields)) !== JSON.stringify(picked(old, part.fields))) {
        await system.update(part.entity, rowId, picked(old, part.fields));
      }
    }
    for (const [rowId, row] of before) {
      if (!now.has(rowId)) await system.create(part.entity, { ...row, [part.parent]: id });
    }
  }
  return true;
}
