// The shipped layers and the one of the real pipeline on real tables: a row of every entity, and every view run by a person.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { listOData } from '../../../core/records/list.ts';
import { recordsOf } from '../../../core/records/reach.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { systemPrincipal } from '../../../core/security/system-principal.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

const folder = join(import.meta.dirname, '../../fixtures/crm-sales-opportunities');

const documents = Object.fromEntries(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [
      relative(folder, file).slice(0, -'.json'.length),
      JSON.parse(readFileSync(file, 'utf8')) as JsonObject,
    ]),
);

interface Sample {
  readonly values: Readonly<Record<string, unknown>>;
  /** Lookup → entity whose sample row it names. */
  readonly refers?: Readonly<Record<string, string>>;
}

/** A small believable row of each entity that can have rows, in an order in which each finds what it refers to. */
const samples: Readonly<Record<string, Sample>> = {
  organization: { values: { name: 'Acme Iran', languagecode: 'fa', timezone: 'Asia/Tehran' } },
  businessunit: { values: { name: 'North' } },
  team: { values: { name: 'Sales north' }, refers: { businessunitid: 'businessunit' } },
  systemuser: { values: { firstname: 'Sara', lastname: 'Amini', internalemailaddress: 'sara@example.com' } },
  role: { values: { name: 'Clerk', document: 'basic-user' } },
  fieldsecurityprofile: { values: { name: 'Pay clerk', document: 'pay-clerk' } },
  transactioncurrency: { values: { currencyname: 'Rial', isocurrencycode: 'IRR', exchangerate: 420000 } },
  account: { values: { name: 'Acme', industrycode: 16, revenue: 1100040000, numberofemployees: 2822 } },
  contact: {
    values: { firstname: 'Reza', lastname: 'Karimi', emailaddress1: 'reza@example.com' },
    refers: { parentcustomerid: 'account' },
  },
  uomschedule: { values: { name: 'Pieces', baseuomname: 'Piece' } },
  uom: { values: { name: 'Box of 12', quantity: 12 }, refers: { uomscheduleid: 'uomschedule' } },
  product: {
    values: { name: 'GTX Pro', crm_series: 'GTX', price: 4821 },
    refers: { defaultuomscheduleid: 'uomschedule', defaultuomid: 'uom' },
  },
  dynamicproperty: { values: { name: 'Colour', datatype: 3 }, refers: { regardingobjectid: 'product' } },
  dynamicpropertyinstance: {
    values: { value: 'Black' },
    refers: { productid: 'product', dynamicpropertyid: 'dynamicproperty' },
  },
  productassociation: {
    values: { quantity: 2 },
    refers: { productid: 'product', associatedproduct: 'product', uomid: 'uom' },
  },
  productsubstitute: {
    values: { salesrelationshiptype: 1 },
    refers: { productid: 'product', substitutedproductid: 'product' },
  },
  pricelevel: {
    values: { name: 'Retail 2026', priority: 10 },
    refers: { transactioncurrencyid: 'transactioncurrency' },
  },
  discounttype: { values: { name: 'By the dozen' } },
  discount: { values: { lowquantity: 12, percentage: 5 }, refers: { discounttypeid: 'discounttype' } },
  productpricelevel: {
    values: { minimumquantity: 1, pricingmethodcode: 1, amount: 4821 },
    refers: { pricelevelid: 'pricelevel', productid: 'product', uomid: 'uom', discounttypeid: 'discounttype' },
  },
  promotion: { values: { name: 'Nowruz', scope: 1, effect: 1, percentage: 10 }, refers: { productid: 'product' } },
  lead: { values: { subject: 'Wants forty', firstname: 'Mina', lastname: 'Rad', companyname: 'Nam-zim' } },
  opportunity: {
    values: { name: 'Forty GTX Pro', estimatedvalue: 192840, estimatedclosedate: '2026-12-20', closeprobability: 60 },
    refers: { customerid: 'account', originatingleadid: 'lead', crm_product: 'product' },
  },
  competitor: { values: { name: 'Rival', strengths: 'Price' } },
  opportunityclose: {
    values: { subject: 'Too dear', opportunitystatecode: 2 },
    refers: { opportunityid: 'opportunity', competitorid: 'competitor' },
  },
  opportunitystagehistory: { values: {}, refers: { opportunityid: 'opportunity' } },
  opportunitystakeholder: { values: { buyingrole: 1 }, refers: { opportunityid: 'opportunity', contactid: 'contact' } },
  opportunityteammember: {
    values: { teamrole: 2, access: 1 },
    refers: { opportunityid: 'opportunity', systemuserid: 'systemuser' },
  },
  territory: { values: { name: 'North' }, refers: { managerid: 'systemuser' } },
  metric: { values: { name: 'Won', sourceentity: 'opportunity', actualdatefield: 'actualclosedate' } },
  goal: {
    values: { title: 'Winter', goalstartdate: '2026-12-22', goalenddate: '2027-03-20', targetdecimal: 100 },
    refers: { metricid: 'metric', goalownerid: 'systemuser' },
  },
  forecastadjustment: {
    values: { amount: 5, periodstart: '2026-12-01', periodend: '2026-12-31', reason: 'They signed' },
  },
  forecastsnapshot: { values: {} },
  quote: { values: { name: 'Forty GTX Pro' }, refers: { customerid: 'account', opportunityid: 'opportunity' } },
  quotedetail: { values: { quantity: 40 }, refers: { quoteid: 'quote', productid: 'product' } },
  salesorder: { values: { name: 'Forty GTX Pro' }, refers: { customerid: 'account' } },
  salesorderdetail: { values: { quantity: 40 }, refers: { salesorderid: 'salesorder', productid: 'product' } },
  invoice: { values: { name: 'Forty GTX Pro' }, refers: { customerid: 'account' } },
  invoicedetail: { values: { quantity: 40 }, refers: { invoiceid: 'invoice', productid: 'product' } },
  opportunityproduct: { values: { quantity: 40 }, refers: { opportunityid: 'opportunity', productid: 'product' } },
  salesadjustment: { values: { kind: 5, percentage: 3, reason: 'Old friends' }, refers: { documentid: 'quote' } },
  discountoffer: { values: { name: 'Three percent', answer: 1 }, refers: { quoteid: 'quote' } },
  integrationevent: { values: { eventtype: 'order.submitted', idempotencykey: 'order-1' } },
  integrationreceipt: { values: { eventid: 'stock-1', eventtype: 'stock', outcome: 'applied' } },
  productversion: { values: { name: 'Before the revision' }, refers: { productid: 'product' } },
  promotionuse: { values: { amount: 10 }, refers: { promotionid: 'promotion', documentid: 'quote' } },
  loyaltyprogram: { values: { name: 'Friends', code: 'friends', timezone: 'Asia/Tehran' } },
  loyaltytier: {
    values: { name: 'Silver', code: 'silver', rank: 2, threshold: 1000 },
    refers: { loyaltyprogramid: 'loyaltyprogram' },
  },
  loyaltymember: { values: {}, refers: { loyaltyprogramid: 'loyaltyprogram', customerid: 'contact' } },
  loyaltyrule: {
    values: { name: 'One for each euro', code: 'base', version: 1, event: 1, kind: 1 },
    refers: { loyaltyprogramid: 'loyaltyprogram' },
  },
  loyaltytransaction: {
    values: {
      kind: 1,
      sourcetype: 'order',
      sourceid: 'O-1',
      rulecode: 'base',
      sequence: 0,
      effectiveon: '2026-11-22T10:00:00Z',
      dayon: '2026-11-22',
    },
    refers: { loyaltyprogramid: 'loyaltyprogram', loyaltymemberid: 'loyaltymember' },
  },
  loyaltyposting: {
    values: { account: 1, points: 100, dayon: '2026-11-22' },
    refers: {
      loyaltytransactionid: 'loyaltytransaction',
      loyaltymemberid: 'loyaltymember',
      loyaltyprogramid: 'loyaltyprogram',
    },
  },
  loyaltylot: {
    values: {
      purse: 1,
      earnedon: '2026-11-22T10:00:00Z',
      availablefrom: '2026-11-22T10:00:00Z',
      amount: 100,
      remaining: 60,
    },
    refers: { loyaltymemberid: 'loyaltymember' },
  },
  loyaltyconsumption: {
    values: { points: 40 },
    refers: {
      loyaltylotid: 'loyaltylot',
      loyaltytransactionid: 'loyaltytransaction',
      loyaltymemberid: 'loyaltymember',
    },
  },
  loyaltyconversion: {
    values: { name: '100 for 1', points: 100, amount: 1 },
    refers: { loyaltyprogramid: 'loyaltyprogram', currencyid: 'transactioncurrency' },
  },
  loyaltyadjustment: {
    values: { reason: 'A late parcel', points: 50, purse: 1, adjustmentstate: 1 },
    refers: { loyaltymemberid: 'loyaltymember' },
  },
  loyaltydiscrepancy: {
    values: { name: 'Spendable', account: 1, cached: 100, ledger: 90, foundon: '2026-11-22T10:00:00Z' },
    refers: { loyaltymemberid: 'loyaltymember' },
  },
  loyaltysuspicion: {
    values: {
      name: 'Many purchases',
      reason: 1,
      suspicionstate: 1,
      sourcetype: 'order',
      sourceid: 'O-2',
      sequence: 0,
      foundon: '2026-11-22T10:00:00Z',
    },
    refers: { loyaltyprogramid: 'loyaltyprogram', loyaltymemberid: 'loyaltymember' },
  },
  loyaltyreservation: {
    values: {
      reference: 'R-1',
      points: 40,
      reservationstate: 1,
      reservedon: '2026-11-22T10:00:00Z',
      reserveduntil: '2026-11-22T11:00:00Z',
    },
    refers: { loyaltymemberid: 'loyaltymember' },
  },
  loyaltyreward: {
    values: { name: 'Ten euros', kind: 1, points: 1000 },
    refers: { loyaltyprogramid: 'loyaltyprogram' },
  },
  loyaltytierevaluation: {
    values: { name: 'Silver', evaluatedon: '2026-11-22', reason: 1 },
    refers: { loyaltymemberid: 'loyaltymember', loyaltytierid: 'loyaltytier' },
  },
  loyaltyvoucher: {
    values: { code: 'V-1', voucherstate: 1 },
    refers: { loyaltymemberid: 'loyaltymember', loyaltyrewardid: 'loyaltyreward' },
  },
  task: { values: { subject: 'Send the offer', prioritycode: 2 }, refers: { regardingobjectid: 'opportunity' } },
  phonecall: {
    values: { subject: 'Ask for terms', phonenumber: '+98 21 1234' },
    refers: { regardingobjectid: 'account' },
  },
  appointment: { values: { subject: 'Visit', location: 'Tehran', scheduledend: '2026-12-01T10:00:00Z' } },
  email: { values: { subject: 'Offer', torecipients: 'reza@example.com' }, refers: { regardingobjectid: 'contact' } },
  letter: { values: { subject: 'Contract' }, refers: { regardingobjectid: 'lead' } },
  activityparty: {
    values: { participationtypemask: 2, addressused: '+98 21 1234' },
    refers: { activityid: 'phonecall', partyid: 'contact' },
  },
  annotation: { values: { subject: 'Terms', notetext: '<p>Thirty days</p>' }, refers: { objectid: 'account' } },
  tag: { values: { name: 'key account', color: '#dc2626' } },
  connectionrole: { values: { name: 'Decision maker', category: 1000 } },
  connection: {
    values: { name: 'Reza at Acme' },
    refers: { record1id: 'account', record2id: 'contact', record2roleid: 'connectionrole' },
  },
};

let world: TestEngine;
const made = new Map<string, string>();

beforeAll(async () => {
  world = await testEngine(documents);
  for (const [name, { values, refers = {} }] of Object.entries(samples)) {
    const named = Object.entries(refers).map(([lookup, entity]) => [lookup, { entity, id: made.get(entity) }]);
    // The only row of its entity is the platform's to make.
    const call = world.entity(name).single ? world.with({ principal: systemPrincipal }) : world.call;
    // As plugins write: ledgers and totals are not for people to fill.
    made.set(name, await recordsOf(call, true).create(name, { ...values, ...Object.fromEntries(named) }));
  }
});
afterAll(() => world.drop());

async function rows(entity: string, query: string): Promise<readonly JsonObject[]> {
  const listed = await listOData(world.call, world.entity(entity), query, { root: 'http://localhost/api/data/v9.2' });
  return (JSON.parse(listed.body) as { readonly value: readonly JsonObject[] }).value;
}

test('every entity that can have rows has one here', () => {
  const missing = [...world.model.entities.values()].filter((entity) => !entity.union && !made.has(entity.name));
  expect(missing.map((entity) => entity.name)).toEqual([]);
});

test('a person is called by first and last name', async () => {
  const [contact] = await rows('contact', '$select=fullname');
  expect(contact?.['fullname']).toBe('Reza Karimi');
});

test('a new user belongs to the business unit of whoever made it, and what it owns to its own', async () => {
  const [user] = await world.rows<{ businessunitid: string }>(
    `select businessunitid from org_default.systemuser where systemuserid = $1`,
    [made.get('systemuser') ?? ''],
  );
  const owned = await create(
    world.call,
    world.entity('account'),
    inputOf({ name: 'Owned', ownerid: made.get('systemuser') }, { ownerid: 'systemuser' }),
  );
  const [account] = await world.rows<{ unit: string }>(
    `select owningbusinessunit as unit from org_default.account where accountid = $1`,
    [owned.id],
  );
  expect(user?.businessunitid).toBe(world.call.principal.businessUnitId);
  expect(account?.unit).toBe(user?.businessunitid);
});

test('all kinds of activity are one list, each saying what it is', async () => {
  const activities = await rows('activitypointer', '$select=activitytypecode,subject&$orderby=activitytypecode');
  expect(activities.map((row) => `${String(row['activitytypecode'])}: ${String(row['subject'])}`)).toEqual([
    'appointment: Visit',
    'email: Offer',
    'letter: Contract',
    'opportunityclose: Too dear',
    'phonecall: Ask for terms',
    'task: Send the offer',
  ]);
});

describe('every view answers', () => {
  test('with rows of its entity where its filter lets the sample through', async () => {
    const failed: string[] = [];
    const empty: string[] = [];
    for (const view of world.model.views.values()) {
      try {
        const found = await rows(view.entity, `savedQuery=${encodeURIComponent(view.id)}`);
        if (found.length === 0) empty.push(view.id);
      } catch (error) {
        failed.push(`${view.id}: ${(error as Error).message}`);
      }
    }
    expect(failed).toEqual([]);
    expect(empty.toSorted()).toEqual([
      'account/views/inactive',
      'activitypointer/views/due-today',
      'contact/views/inactive',
      'invoice/views/canceled',
      'invoice/views/paid',
      'lead/views/disqualified',
      'lead/views/qualified',
      'loyaltymember/views/frozen',
      'opportunity/views/best-months',
      'opportunity/views/closing-this-month',
      'opportunity/views/lost',
      'opportunity/views/on-the-team',
      'opportunity/views/won',
      'opportunity/views/won-by-quarter',
      'product/views/active',
      'product/views/bundles',
      'product/views/families',
      'quote/views/awaiting-approval',
      'quote/views/closed',
      'quote/views/won',
      'salesorder/views/canceled',
      'salesorder/views/fulfilled',
      'systemuser/views/disabled',
    ]);
  });
});

describe('what stands on an account’s form', () => {
  test.each([
    ['contact_customer_accounts', 'contact'],
    ['activitypointer_regarding_account', 'activitypointer'],
    ['annotation_regarding_account', 'annotation'],
    ['connection_record1_account', 'connection'],
    ['opportunity_customer_accounts', 'opportunity'],
  ])('%s lists the related rows', async (relation) => {
    const [account] = await rows('account', `$select=name&$filter=name eq 'Acme'&$expand=${relation}`);
    expect(account?.[relation]).toHaveLength(1);
  });
});
