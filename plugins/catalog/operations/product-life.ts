// PublishProductHierarchy, ReviseProduct, RevertProduct, RetireProduct: the life of a product, and of a family with all its members.
import { defineOperation, type Operation, type OperationContext, type Row } from 'peyvand/sdk';
import { REASON, STATE, STRUCTURE, unpublishable } from '../product-states.ts';
import { fail } from './errors.ts';
import { restoreVersion } from '../product-version.ts';
import { listRows } from '../trade/rows.ts';

const NAMES = ['active', 'retired', 'a draft', 'under revision'];
/** Members at most that one call changes. */
const MOST = 5_000;

/** The product and, of a family, everything below it; families before their members. */
async function hierarchy({ records, target }: OperationContext): Promise<readonly Row[]> {
  const id = target?.id ?? '';
  const top = await records.retrieve('product', id, { lock: true });
  if (!top) throw fail('PRODUCT_NOT_FOUND', { id });
  const all: Row[] = [top];
  let families = top['productstructure'] === STRUCTURE.family ? [top] : [];
  while (families.length > 0) {
    const below: Row[] = [];
    for (const family of families) {
      below.push(
        ...(await listRows(records, 'product', `$filter=_parentproductid_value eq ${String(family['productid'])}`)),
      );
    }
    all.push(...below);
    if (all.length > MOST) throw fail('PRODUCT_HIERARCHY_LARGE', { most: MOST });
    families = below.filter((product) => product['productstructure'] === STRUCTURE.family);
  }
  return all;
}

function moving(
  name: string,
  description: string,
  from: readonly number[],
  to: keyof typeof STATE,
  more: {
    readonly check?: (context: OperationContext, products: readonly Row[]) => Promise<void>;
    readonly last?: boolean;
  } = {},
): Operation {
  return defineOperation({
    name,
    kind: 'action',
    bound: { entity: 'product' },
    parameters: [],
    returns: { properties: [{ name: 'Changed', type: 'integer' }] },
    description,
    async run(context) {
      const all = await hierarchy(context);
      const [top] = all;
      if (!from.includes(Number(top?.['statecode']))) {
        throw fail('PRODUCT_STATE_WRONG', {
          name: String(top?.['name']),
          state: NAMES[Number(top?.['statecode'])] ?? '',
          states: from.map((state) => NAMES[state]).join(' or '),
        });
      }
      const products = all.filter((product) => from.includes(Number(product['statecode'])));
      await more.check?.(context, products);
      // Families become active before their members, and are retired after them.
      for (const product of more.last === true ? products.toReversed() : products) {
        await context.records.update('product', String(product['productid']), {
          statecode: STATE[to],
          statuscode: REASON[to],
        });
      }
      return { Changed: products.length };
    },
  });
}

/** Everything that keeps any of them from being sold, at once. */
async function allPublishable({ system }: OperationContext, products: readonly Row[]): Promise<void> {
  const along = new Set(products.map((product) => product['productid']));
  const details = [];
  for (const product of products) {
    const parentToo = along.has(product['parentproductid']);
    for (const problem of await unpublishable(system, product, { parentToo })) {
      details.push({ ...problem, message: `${String(product['name'])}: ${problem.message}` });
    }
  }
  if (details.length > 0) throw fail('PRODUCT_HIERARCHY_UNPUBLISHABLE', { problems: details.length }, { details });
}

export const publishProductHierarchy = moving(
  'PublishProductHierarchy',
  'Makes a draft or revised product active; of a family all its drafts and revisions, too. Answers how many.',
  [STATE.draft, STATE.revision],
  'active',
  { check: allPublishable },
);

export const reviseProduct = moving(
  'ReviseProduct',
  'Opens an active product for changes; of a family all its active members, too. Answers how many.',
  [STATE.active],
  'revision',
);

/** By those who may change the products; what they may not see comes back, too. */
async function restoreAll({ records, system }: OperationContext, products: readonly Row[]): Promise<void> {
  for (const product of products) {
    const id = String(product['productid']);
    await records.update('product', id, {});
    if (!(await restoreVersion(system, id))) throw fail('PRODUCT_VERSION_UNKNOWN', { name: String(product['name']) });
  }
}

export const revertProduct = moving(
  'RevertProduct',
  'Drops a revision: the product is active again as it was before; of a family all its members, too. Answers how many.',
  [STATE.revision],
  'active',
  { check: restoreAll },
);

export const retireProduct = moving(
  'RetireProduct',
  'Takes a product out of sale; of a family all its members, too. Answers how many.',
  [STATE.active, STATE.draft, STATE.revision],
  'retired',
  { last: true },
);
