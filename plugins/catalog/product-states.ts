// States of a product, and what must be there before it can be sold.
import type { Records, Row, Violation } from 'peyvand/sdk';
import { listRows } from './trade/rows.ts';

export const STATE = { active: 0, retired: 1, draft: 2, revision: 3 } as const;
export const STRUCTURE = { product: 1, family: 2, bundle: 3, kit: 4 } as const;
export const REASON = { draft: 0, active: 1, retired: 2, revision: 3 } as const;

/** Properties of a product and its families, at most. */
const MOST_PROPERTIES = 50;
/** Families above families: deeper than anybody nests them. */
const MOST_LEVELS = 20;

export function isBundle(product: Row): boolean {
  return product['productstructure'] === STRUCTURE.bundle || product['productstructure'] === STRUCTURE.kit;
}

/** What is drawn up or worked over: its parts may be changed. */
export function isOpen(product: Row | undefined): boolean {
  return product?.['statecode'] === STATE.draft || product?.['statecode'] === STATE.revision;
}

/** From the nearest up. */
export async function familiesOf(system: Records, product: Row): Promise<readonly Row[]> {
  const families: Row[] = [];
  let above = product['parentproductid'];
  while (typeof above === 'string' && families.length < MOST_LEVELS) {
    const family = await system.retrieve('product', above);
    if (!family) break;
    families.push(family);
    above = family['parentproductid'];
  }
  return families;
}

/** Properties that a product has of its families; one of the same name nearer to it takes the place of one above. */
export async function propertiesOf(system: Records, families: readonly Row[]): Promise<readonly Row[]> {
  const byName = new Map<string, Row>();
  for (const family of families) {
    const own = await listRows(
      system,
      'dynamicproperty',
      `$filter=_regardingobjectid_value eq ${String(family['productid'])}`,
    );
    for (const property of own) {
      const name = String(property['name']).toLowerCase();
      if (!byName.has(name)) byName.set(name, property);
    }
  }
  return [...byName.values()];
}

/** Why a product cannot become active; `parentToo`: its family is published along with it. */
export async function unpublishable(
  system: Records,
  product: Row,
  options: { readonly parentToo?: boolean } = {},
): Promise<readonly Violation[]> {
  const problems: Violation[] = [];
  const id = typeof product['productid'] === 'string' ? product['productid'] : undefined;
  const wrong = (target: string, message: string): void => {
    problems.push({ code: 'PRODUCT_UNPUBLISHABLE', target, message });
  };
  const families = await familiesOf(system, product);
  const [parent] = families;
  if (parent && parent['statecode'] !== STATE.active && options.parentToo !== true) {
    wrong(
      'parentproductid',
      `Its family ${String(parent['name'])} is not active. Publish the family first, or with it.`,
    );
  }
  const isFamily = product['productstructure'] === STRUCTURE.family;
  if (!isFamily && !product['defaultuomid']) wrong('defaultuomid', 'Say which unit it is sold in.');
  const properties = await propertiesOf(system, isFamily ? [product, ...families] : families);
  if (properties.length > MOST_PROPERTIES) {
    wrong('parentproductid', `It has ${properties.length} properties; at most ${MOST_PROPERTIES} are allowed.`);
  }
  if (!isFamily) {
    const values =
      id === undefined ? [] : await listRows(system, 'dynamicpropertyinstance', `$filter=_productid_value eq ${id}`);
    const known = new Set(values.map((value) => value['dynamicpropertyid']));
    for (const { isrequired, defaultvalue, dynamicpropertyid, name } of properties) {
      if (isrequired === true && !defaultvalue && !known.has(dynamicpropertyid)) {
        wrong(
          'dynamicpropertyinstance',
          `It has no value for the property ${String(name)}, which its family requires.`,
        );
      }
    }
  }
  if (isBundle(product)) {
    const items =
      id === undefined ? [] : await listRows(system, 'productassociation', `$filter=_productid_value eq ${id}`);
    if (items.length === 0) wrong('productassociation', 'A bundle or kit holds at least one product.');
    for (const item of items) {
      const held = await system.retrieve('product', String(item['associatedproduct']));
      if (held?.['statecode'] === STATE.active) continue;
      wrong('productassociation', `${String(item['name'] ?? 'An item')} is not active.`);
    }
  }
  return problems;
}

/** Names of active bundles and kits that hold the product. */
export async function activeBundlesOf(system: Records, id: string): Promise<readonly string[]> {
  return bundlesOf(system, id, (bundle) => bundle['statecode'] === STATE.active);
}

/** Names of bundles and kits that hold the product. */
export async function bundlesOf(
  system: Records,
  id: string,
  counts: (bundle: Row) => boolean = () => true,
): Promise<readonly string[]> {
  const items = await listRows(system, 'productassociation', `$filter=_associatedproduct_value eq ${id}`);
  const bundles = await Promise.all(items.map((item) => system.retrieve('product', String(item['productid']))));
  return bundles.flatMap((bundle) => (bundle && counts(bundle) ? [String(bundle['name'])] : []));
}
