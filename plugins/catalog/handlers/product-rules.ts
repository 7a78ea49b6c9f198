// Products keep to their structure: only families have members, a default unit is one of the unit group, and a product becomes active,
// or active again, only as the rules of publishing allow, whichever way its state is set.
import { defineHandler } from 'peyvand/sdk';
import { activeBundlesOf, bundlesOf, isBundle, isOpen, STATE, STRUCTURE, unpublishable } from '../product-states.ts';
import { forgetVersion, keepVersion } from '../product-version.ts';
import { checkDays, checked, has } from './checked.ts';

const fields = [
  'productstructure',
  'parentproductid',
  'defaultuomscheduleid',
  'defaultuomid',
  'validfromdate',
  'validtodate',
];

export const productRules = [
  ...checked('product', 'PRODUCT_INVALID', fields, async (context) => {
    const { row, image, values, id, isNew, wrong, named, refuse, system } = context;
    checkDays(context, 'validfromdate', 'validtodate');
    const parent = await named('product', 'parentproductid');
    if (parent && parent['productstructure'] !== STRUCTURE.family) {
      wrong('parentproductid', `${String(parent['name'])} is no family: only families have members.`);
    }
    const unit = await named('uom', 'defaultuomid');
    if (unit && !has(row, 'defaultuomscheduleid')) values['defaultuomscheduleid'] = unit['uomscheduleid'];
    else if (unit && unit['uomscheduleid'] !== row['defaultuomscheduleid']) {
      wrong('defaultuomid', `${String(unit['name'])} is no unit of the product's unit group.`);
    }
    if (isNew) {
      if (values['statecode'] === STATE.active) refuse(...(await unpublishable(system, row)));
      return;
    }
    for (const field of ['parentproductid', 'productstructure'] as const) {
      if (field === 'productstructure' && row[field] !== image?.[field] && row[field] !== STRUCTURE.product) {
        const bundles = await bundlesOf(system, id);
        if (bundles.length > 0) wrong(field, `It is in ${bundles.join(', ')}, and bundles hold products only.`);
      }
      if (!isOpen(image) && (row[field] ?? null) !== (image?.[field] ?? null)) {
        wrong(field, 'It can be changed while the product is a draft or under revision. Revise the product first.');
      }
    }
  }),
  defineHandler({
    name: 'product-state',
    stage: 'before',
    message: 'set-state',
    entity: 'product',
    image: true,
    async run({ values, image = {}, id, refuse, system }) {
      const [from, to] = [image['statecode'], values['statecode'] ?? image['statecode']];
      if (from === to) return;
      const wrong = (message: string): void => refuse({ code: 'PRODUCT_STATE', target: 'statecode', message });
      if (from === STATE.retired && (has(image, 'parentproductid') || image['productstructure'] === STRUCTURE.family)) {
        wrong('Only products outside of families come back when they are retired. Make a new one.');
      }
      if (to === STATE.active) refuse(...(await unpublishable(system, { ...image, ...values, productid: id })));
      if (to === STATE.retired) {
        const bundles = await activeBundlesOf(system, id);
        if (bundles.length > 0) wrong(`It is in active bundles: ${bundles.join(', ')}. Retire or revise them first.`);
      }
      if (to === STATE.revision) await keepVersion(system, id, image);
      else if (from === STATE.revision) await forgetVersion(system, id);
    },
  }),
  ...checked(
    'productassociation',
    'BUNDLE_ITEM_INVALID',
    ['quantity', 'uomid', 'productisrequired'],
    async ({ row, values, wrong, named }) => {
      const [bundle, item, unit] = await Promise.all([
        named('product', 'productid'),
        named('product', 'associatedproduct'),
        named('uom', 'uomid'),
      ]);
      if (!bundle || !item) return;
      values['name'] = item['name'];
      if (!isBundle(bundle)) wrong('productid', `${String(bundle['name'])} is no bundle and no kit.`);
      else if (!isOpen(bundle))
        wrong('productid', `${String(bundle['name'])} is not a draft. Revise it before you change its items.`);
      if (item['productstructure'] !== STRUCTURE.product) {
        wrong('associatedproduct', 'A bundle holds products: no families, bundles or kits.');
      }
      if (unit && unit['uomscheduleid'] !== item['defaultuomscheduleid']) {
        wrong('uomid', `${String(unit['name'])} is no unit of ${String(item['name'])}.`);
      }
      if (!unit && !has(row, 'uomid') && has(item, 'defaultuomid')) values['uomid'] = item['defaultuomid'];
    },
  ),
  // A product that is deleted takes its items along, in whatever state it is.
  defineHandler({
    name: 'product-leaves',
    stage: 'before',
    message: 'delete',
    entity: 'product',
    run({ shared, id }) {
      shared[`catalog.product.${id}`] = true;
    },
  }),
  defineHandler({
    name: 'productassociation-stays',
    stage: 'before',
    message: 'delete',
    entity: 'productassociation',
    image: true,
    async run({ image = {}, shared, system, refuse }) {
      const id = String(image['productid']);
      const bundle = shared[`catalog.product.${id}`] === true ? undefined : await system.retrieve('product', id);
      if (!bundle || isOpen(bundle) || bundle['statecode'] === STATE.retired) return;
      const message = `${String(bundle['name'])} is not a draft. Revise it before you change its items.`;
      refuse({ code: 'BUNDLE_ITEM_INVALID', target: 'productid', message });
    },
  }),
  ...checked(
    'productsubstitute',
    'RELATED_PRODUCT_INVALID',
    ['salesrelationshiptype'],
    async ({ row, values, wrong, named }) => {
      const related = await named('product', 'substitutedproductid');
      if (related) values['name'] = related['name'];
      if (row['productid'] === row['substitutedproductid'])
        wrong('substitutedproductid', 'A product is not related to itself.');
    },
  ),
];
