// The sales module over real HTTP, as a salesperson: what becomes of leads and deals, and what goals, funnel and forecast say of them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layerOf } from '../../core/model/read-layer.ts';
import { startSchedules } from '../../core/plugins/schedules.ts';
import { reachOf } from '../../core/records/reach.ts';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
let server: InProcessServer;
interface Person {
  readonly id: string;
  readonly headers: Record<string, string>;
}
let seller: Person;
beforeAll(async () => {
  server = await testServer();
  seller = await person('seller', ['basic-user', 'salesperson']);
});
afterAll(async () => {
  await server?.stop();
});

async function person(name: string, roles: readonly string[]): Promise<Person> {
  const { key, id } = await newcomer(server.server, name, roles);
  return { id, headers: { authorization: `Bearer ${key}` } };
}
type Row = Record<string, unknown>;
async function send(method: string, path: string, body?: unknown, headers: Record<string, string> = seller.headers) {
  const response = await server.request(BASE + path, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    body: (text.startsWith('{') ? JSON.parse(text) : {}) as Row,
    headers: response.headers,
  };
}
async function create(set: string, values: Row, headers?: Record<string, string>): Promise<string> {
  const { status, text, headers: answered } = await send('POST', `/${set}`, values, headers);
  expect(status, text).toBe(204);
  return /\(([0-9a-f-]{36})\)$/.exec(answered.get('odata-entityid') ?? '')?.[1] ?? '';
}
const done = async (path: string, body: unknown = {}, headers?: Record<string, string>) => {
  const { status, text, body: answer } = await send('POST', path, body, headers);
  expect(status, text).toBeLessThan(300);
  return answer;
};
const refused = async (method: string, path: string, body: unknown = {}) => {
  const { status, body: answer } = await send(method, path, body);
  return { status, ...(answer['error'] as Row) };
};
const read = async (path: string, headers?: Record<string, string>) =>
  (await send('GET', path, undefined, headers)).body;
const rows = async (path: string, headers?: Record<string, string>) => (await read(path, headers))['value'] as Row[];
/** As the administrator, who sets up what sellers only use. */
const root = {};

const all = { CreateAccount: true, CreateContact: true, CreateOpportunity: true, Status: -1 };
const today = new Date().toISOString().slice(0, 10);

test('a lead is put aside with its reason, is read-only then, and is opened again', async () => {
  const lead = await create('leads', { subject: 'Cold' });
  await done(`/leads(${lead})/DisqualifyLead`, { Status: 6, Reason: 'No money this year' });
  expect(await read(`/leads(${lead})`)).toMatchObject({
    statecode: 2,
    statuscode: 6,
    qualificationcomments: 'No money this year',
  });
  expect(await refused('PATCH', `/leads(${lead})`, { subject: 'Warm' })).toMatchObject({
    status: 409,
    code: 'RECORD_READONLY',
  });
  expect(await refused('POST', `/leads(${lead})/DisqualifyLead`)).toMatchObject({ status: 409, code: 'LEAD_NOT_OPEN' });
  await done(`/leads(${lead})/ReactivateLead`);
  expect(await read(`/leads(${lead})`)).toMatchObject({ statecode: 0, statuscode: 1, qualificationcomments: null });
  expect(await rows(`/annotations?$select=notetext&$filter=_objectid_value eq ${lead}`)).toMatchObject([
    { notetext: '<p>No money this year</p>' },
  ]);
  expect((await send('PATCH', `/leads(${lead})`, { subject: 'Warm' })).status).toBe(204);
  expect(await refused('POST', `/leads(${lead})/ReactivateLead`)).toMatchObject({ status: 409, code: 'LEAD_OPEN' });
});

test('a lead whose deal is open is not put aside, neither by the action nor by hand', async () => {
  const lead = await create('leads', { subject: 'In work', lastname: 'Reza' });
  await done(`/leads(${lead})/QualifyLead`, { ...all, CreateAccount: false });
  await done(`/leads(${lead})/ReactivateLead`);
  for (const [method, path, body] of [
    ['POST', `/leads(${lead})/DisqualifyLead`, {}],
    ['PATCH', `/leads(${lead})`, { statecode: 2 }],
    ['PATCH', `/leads(${lead})`, { statuscode: 7 }],
  ] as const) {
    expect(await refused(method, path, body)).toMatchObject({ status: 409, code: 'LEAD_HAS_OPPORTUNITY' });
  }
});

test('an account and a contact that are there are offered; one chooses them, or goes on', async () => {
  const account = await create('accounts', { name: "O'Hara's فرش" });
  const contact = await create('contacts', { lastname: 'Moradi', emailaddress1: 'moradi@example.com' });
  const values = { lastname: 'Moradi', companyname: "O'Hara's فرش", emailaddress1: 'moradi@example.com' };
  const lead = await create('leads', { subject: 'Again', ...values });
  const offered = await refused('POST', `/leads(${lead})/QualifyLead`, all);
  expect(offered).toMatchObject({ status: 412, code: 'DUPLICATE_FOUND' });
  expect(JSON.stringify(offered)).toContain(account);
  expect(JSON.stringify(offered)).toContain(contact);
  const chosen = {
    ExistingAccountId: { '@odata.type': 'Microsoft.Dynamics.CRM.account', accountid: account },
    ExistingContactId: { '@odata.type': 'Microsoft.Dynamics.CRM.contact', contactid: contact },
  };
  const made = (await done(`/leads(${lead})/QualifyLead`, { ...all, ...chosen }))['value'] as Row[];
  expect(made.map((row) => row['@odata.type'])).toEqual(['#Microsoft.Dynamics.CRM.opportunity']);
  expect(await read(`/leads(${lead})`)).toMatchObject({
    _parentaccountid_value: account,
    _parentcontactid_value: contact,
  });
  const other = await create('leads', { subject: 'Once more', ...values });
  const anyway = (await done(`/leads(${other})/QualifyLead`, { ...all, SuppressDuplicateDetection: true }))[
    'value'
  ] as Row[];
  expect(anyway).toHaveLength(3);
});

test('a lead becomes several deals, of an account that is a prospect until the first is won', async () => {
  const lead = await create('leads', { subject: 'Two sites', companyname: 'Two Sites Ltd' });
  const Opportunities = [
    { name: 'North', estimatedvalue: 100 },
    { name: 'South', estimatedvalue: 200, salesstage: 2 },
  ];
  const made = (await done(`/leads(${lead})/QualifyLead`, { ...all, Opportunities }))['value'] as Row[];
  expect(made).toHaveLength(3);
  expect(await read(`/opportunities(${String(made[1]?.['opportunityid'])})`)).toMatchObject({
    name: 'North',
    estimatedvalue: 100,
  });
  const account = String(made[0]?.['accountid']);
  expect(await read(`/accounts(${account})?$select=customertypecode`)).toMatchObject({ customertypecode: 8 });
  expect(await read(`/opportunities(${String(made[2]?.['opportunityid'])})`)).toMatchObject({
    closeprobability: 60,
    msdyn_forecastcategory: 100000001,
  });
  await done('/WinOpportunity', { Status: -1, OpportunityClose: { opportunityid: made[1]?.['opportunityid'] } });
  expect(await read(`/accounts(${account})?$select=customertypecode`)).toMatchObject({ customertypecode: 3 });
  expect(
    await refused('POST', `/leads(${lead})/QualifyLead`, { ...all, Opportunities: [{ ownerid: 'x' }] }),
  ).toMatchObject({ status: 400 });
});

test('a deal that ends leaves a close activity with the competitor; it is read-only, and opened again without its actual figures', async () => {
  const competitor = await create('competitors', { name: 'Rival', strengths: 'Price' });
  const deal = await create('opportunities', { name: 'Carpets', estimatedvalue: 900, salesstage: 3 });
  await done('/LoseOpportunity', {
    Status: 5,
    OpportunityClose: {
      'opportunityid@odata.bind': `/opportunities(${deal})`,
      'competitorid@odata.bind': `/competitors(${competitor})`,
      subject: 'Too dear',
      actualend: '2026-03-20',
    },
  });
  const path = `/opportunities(${deal})`;
  const closes = () => rows(`/opportunitycloses?$filter=_opportunityid_value eq ${deal}&$orderby=createdon`);
  expect(await read(path)).toMatchObject({
    msdyn_forecastcategory: 100000006,
    closeprobability: 0,
    actualclosedate: '2026-03-20',
  });
  expect(await closes()).toMatchObject([
    {
      subject: 'Too dear',
      statecode: 1,
      opportunitystatecode: 2,
      opportunitystatuscode: 5,
      _competitorid_value: competitor,
      closedon: '2026-03-20',
      _ownerid_value: seller.id,
    },
  ]);
  expect(await refused('PATCH', path, { estimatedvalue: 1 })).toMatchObject({ status: 409, code: 'RECORD_READONLY' });
  expect((await send('PATCH', path, { 'ownerid@odata.bind': `/systemusers(${seller.id})` })).status).toBe(204);
  await done(`${path}/ReopenOpportunity`);
  expect(await read(path)).toMatchObject({
    statecode: 0,
    actualclosedate: null,
    actualvalue: null,
    msdyn_forecastcategory: 100000001,
    closeprobability: 80,
  });
  expect(await refused('POST', `${path}/ReopenOpportunity`)).toMatchObject({ status: 409, code: 'OPPORTUNITY_OPEN' });
  // By hand, with nothing but the reason: the same follows.
  await send('PATCH', path, { statuscode: 3 });
  expect(await read(path)).toMatchObject({
    statecode: 1,
    actualvalue: 900,
    actualclosedate: today,
    closeprobability: 100,
  });
  expect((await closes()).map((row) => row['opportunitystatecode'])).toEqual([2, 1]);
  expect(await refused('POST', '/LoseOpportunity', { OpportunityClose: { opportunityid: deal } })).toMatchObject({
    status: 409,
  });
});

test('people close a deal with a dialog’s values: lost to a competitor means out-sold', async () => {
  const [rival] = await rows('/competitors?$select=competitorid');
  const lost = await create('opportunities', { name: 'Dialog', estimatedvalue: 5 });
  await done(`/opportunities(${lost})/sales_CloseAsLost`, {
    Competitor: rival,
    Description: 'Price',
    ClosedOn: '2026-05-01',
  });
  expect(await read(`/opportunities(${lost})`)).toMatchObject({
    statecode: 2,
    statuscode: 5,
    actualclosedate: '2026-05-01',
  });
  expect(await rows(`/opportunitycloses?$filter=_opportunityid_value eq ${lost}`)).toMatchObject([
    { _competitorid_value: rival?.['competitorid'], description: 'Price' },
  ]);
  const won = await create('opportunities', { name: 'Dialog', estimatedvalue: 5 });
  await done(`/opportunities(${won})/sales_CloseAsWon`, { ActualRevenue: 4.5 });
  expect(await read(`/opportunities(${won})`)).toMatchObject({ statecode: 1, actualvalue: 4.5 });
});

test('the way of a deal through the stages is kept, by nobody’s hand, and the funnel counts it', async () => {
  const before = (await read('/sales_Funnel()'))['value'] as { stages: Row[] };
  const count = (of: { stages: Row[] }, stage: number, what: string) =>
    Number(of.stages.find((one) => one['stage'] === stage)?.[what] ?? 0);
  const deal = await create('opportunities', { name: 'Step by step', estimatedvalue: 50 });
  for (const salesstage of [1, 2, 1]) await send('PATCH', `/opportunities(${deal})`, { salesstage });
  await done('/WinOpportunity', { Status: 3, OpportunityClose: { opportunityid: deal } });
  const way = await rows(`/opportunitystagehistories?$filter=_opportunityid_value eq ${deal}&$orderby=enteredon`);
  expect(
    way.map((row) => [row['salesstage'], row['outcome'], typeof row['lefton'], row['estimatedvalue_entered']]),
  ).toEqual([
    [0, 1, 'string', 50],
    [1, 1, 'string', 50],
    [2, 2, 'string', 50],
    [1, 3, 'string', 50],
  ]);
  expect(
    (
      await send('PATCH', `/opportunitystagehistories(${String(way[0]?.['opportunitystagehistoryid'])})`, {
        outcome: 4,
      })
    ).status,
  ).toBe(400);
  // Nor by making a step up, or by making one forgotten.
  const bound = { 'opportunityid@odata.bind': `/opportunities(${deal})` };
  expect((await send('POST', '/opportunitystagehistories', bound)).status).toBe(403);
  const step = `/opportunitystagehistories(${String(way[0]?.['opportunitystagehistoryid'])})`;
  expect((await send('DELETE', step)).status).toBe(403);
  const after = (await read('/sales_Funnel()'))['value'] as { stages: Row[] };
  const more = (stage: number, what: string) => count(after, stage, what) - count(before, stage, what);
  expect([
    more(0, 'entered'),
    more(1, 'entered'),
    more(2, 'entered'),
    more(1, 'won'),
    more(2, 'back'),
    more(1, 'onward'),
  ]).toEqual([1, 2, 1, 1, 1, 1]);
  expect((await send('GET', '/sales_Funnel(From=2026-02-01,To=2026-01-01)')).status).toBe(400);
});

test('goals count what their owner won in their period, add up their parts, and say what is expected by today', async () => {
  const metric = await create(
    'metrics',
    {
      name: 'Won revenue',
      sourceentity: 'opportunity',
      actualfield: 'actualvalue_base',
      actualdatefield: 'actualclosedate',
      actualstate: 1,
      inprogressfield: 'estimatedvalue_base',
      inprogressdatefield: 'estimatedclosedate',
      inprogressstate: 0,
    },
    root,
  );
  const goal = (values: Row) =>
    create(
      'goals',
      {
        'metricid@odata.bind': `/metrics(${metric})`,
        'goalownerid_systemuser@odata.bind': `/systemusers(${seller.id})`,
        ...values,
      },
      root,
    );
  const year = { goalstartdate: '2031-01-01', goalenddate: '2031-12-31' };
  const whole = await goal({ title: 'Year', ...year, targetdecimal: 1000, rolluponlyfromchildgoals: true });
  const part = await goal({
    title: 'Spring',
    goalstartdate: '2031-03-01',
    goalenddate: '2031-05-31',
    targetdecimal: 400,
    'parentgoalid@odata.bind': `/goals(${whole})`,
  });
  for (const [revenue, actualend] of [
    [100, '2031-03-01'],
    [50.25, '2031-05-31'],
    [999, '2031-06-01'],
  ] as const) {
    const deal = await create('opportunities', { name: 'G' });
    await done('/WinOpportunity', {
      Status: 3,
      OpportunityClose: { opportunityid: deal, actualrevenue: revenue, actualend },
    });
  }
  await create('opportunities', { name: 'Open', estimatedvalue: 75, estimatedclosedate: '2031-04-01' });
  expect(await done(`/goals(${part})/Recalculate`, {}, root)).toMatchObject({ Goals: 2 });
  const figures = async (id: string) => (await send('GET', `/goals(${id})`, undefined, root)).body;
  expect(await figures(part)).toMatchObject({
    actualdecimal: 150.25,
    inprogressdecimal: 75,
    percentage: 37.56,
    computedtargetasoftodaydecimal: 0,
  });
  expect(await figures(whole)).toMatchObject({ actualdecimal: 150.25, inprogressdecimal: 75, percentage: 15.03 });
  const fiscal = await goal({ title: 'Q2', isfiscalperiodgoal: true, fiscalyear: 2031, fiscalperiod: 2 });
  expect(await figures(fiscal)).toMatchObject({
    goalstartdate: '2031-04-01',
    goalenddate: '2031-06-30',
    actualdecimal: 1049.25,
  });
  const wrong = await send(
    'POST',
    '/goals',
    {
      title: 'X',
      'metricid@odata.bind': `/metrics(${metric})`,
      'goalownerid_systemuser@odata.bind': `/systemusers(${seller.id})`,
      goalstartdate: '2030-01-01',
      goalenddate: '2030-02-01',
      'parentgoalid@odata.bind': `/goals(${whole})`,
    },
    root,
  );
  expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('outside') as string]);
  // Parts made at the same moment all count.
  const parts = {
    goalstartdate: '2031-06-01',
    goalenddate: '2031-06-30',
    'parentgoalid@odata.bind': `/goals(${whole})`,
  };
  await Promise.all(['a', 'b', 'c', 'd'].map((title) => goal({ title, ...parts })));
  expect(await figures(whole)).toMatchObject({ actualdecimal: 150.25 + 4 * 999 });
  await send('PATCH', `/goals(${whole})`, { statecode: 1 }, root);
  expect((await send('PATCH', `/goals(${whole})`, { targetdecimal: 1 }, root)).status).toBe(409);
});

test('the forecast lays won, committed and open deals beside the quota, period by period of the fiscal year', async () => {
  const [metric] = await rows('/metrics?$select=metricid');
  await create(
    'goals',
    {
      title: 'Quota',
      'metricid@odata.bind': `/metrics(${String(metric?.['metricid'])})`,
      'goalownerid_systemuser@odata.bind': `/systemusers(${seller.id})`,
      goalstartdate: '2033-01-01',
      goalenddate: '2033-03-31',
      targetdecimal: 5000,
    },
    root,
  );
  const open = (msdyn_forecastcategory: number, estimatedvalue: number, estimatedclosedate: string) =>
    create('opportunities', { name: 'F', msdyn_forecastcategory, estimatedvalue, estimatedclosedate });
  await open(100000001, 10, '2033-01-15');
  await open(100000002, 20.5, '2033-03-31');
  await open(100000003, 40, '2033-02-01');
  await open(100000003, 80, '2033-04-01');
  const deal = await create('opportunities', { name: 'F' });
  await done('/WinOpportunity', {
    Status: 3,
    OpportunityClose: { opportunityid: deal, actualrevenue: 7, actualend: '2033-02-02' },
  });
  const { status, body, text } = await send(
    'GET',
    "/sales_Forecast(Period=@p,Count=@c,From=@f)?@p='fiscal-period'&@c=2&@f=2033-02-10",
    undefined,
    root,
  );
  expect(status, text).toBe(200);
  const answer = body['value'] as Row;
  expect(answer['periods']).toEqual([
    { first: '2033-01-01', last: '2033-03-31' },
    { first: '2033-04-01', last: '2033-06-30' },
  ]);
  const mine = (answer['rows'] as Row[]).find((row) => row['id'] === seller.id);
  expect(mine?.['cells']).toMatchObject([
    { pipeline: '10', bestCase: '20.5', committed: '40', won: '7', quota: '5000', deals: 3 },
    { committed: '80', won: '0', quota: '0', deals: 1 },
  ]);
  expect((await send('GET', "/sales_Forecast(By='moon')")).status).toBe(400);
});

test('who is in the sales team of a deal sees and edits it, as far as it says, and no longer than that', async () => {
  const helper = await person('helper', ['salesperson']);
  const other = await person('other', ['salesperson']);
  const deal = await create('opportunities', { name: 'Team work', estimatedvalue: 10 });
  const path = `/opportunities(${deal})`;
  const edit = async ({ headers }: Person) => (await send('PATCH', path, { stepname: 'Call' }, headers)).status;
  const member = (user: Person, access: number, headers?: Record<string, string>) =>
    send(
      'POST',
      '/opportunityteammembers',
      {
        'opportunityid@odata.bind': path,
        'systemuserid@odata.bind': `/systemusers(${user.id})`,
        teamrole: 2,
        access,
      },
      headers,
    );
  expect(await edit(helper)).toBe(403);
  expect((await member(helper, 2, helper.headers)).status).toBe(403);
  const joined = await member(helper, 2);
  expect(joined.status, joined.text).toBe(204);
  expect(await edit(helper)).toBe(204);
  const twice = await member(helper, 2);
  expect([twice.status, twice.text]).toEqual([400, expect.stringContaining('TEAM_MEMBER_TWICE') as string]);
  // Who was let in does not let others in.
  expect((await member(other, 2, helper.headers)).status).toBe(403);
  const [row] = await rows(`/opportunityteammembers?$filter=_opportunityid_value eq ${deal}`);
  expect(row).toMatchObject({ teamrole: 2, access: 2, _systemuserid_value: helper.id });
  const place = `/opportunityteammembers(${String(row?.['opportunityteammemberid'])})`;
  const mine = async ({ headers }: Person) =>
    (await rows('/opportunities?$select=name&savedQuery=on-the-team', headers)).map(({ name }) => name);
  expect([await mine(helper), await mine(seller)]).toEqual([['Team work'], []]);
  await send('PATCH', place, { access: 1 });
  expect(await edit(helper)).toBe(403);
  await send('PATCH', place, { access: 2 });
  // Leaving is one's own; a team goes with its deal.
  expect((await send('DELETE', place, undefined, helper.headers)).status).toBe(204);
  expect([await edit(helper), await mine(helper)]).toEqual([403, []]);
  expect((await member(other, 1)).status).toBe(204);
  expect((await send('DELETE', path)).status).toBe(204);
  const blind = await person('blind', []);
  const next = await create('opportunities', { name: 'Next' });
  expect(
    await refused('POST', '/opportunityteammembers', {
      'opportunityid@odata.bind': `/opportunities(${next})`,
      'systemuserid@odata.bind': `/systemusers(${blind.id})`,
    }),
  ).toMatchObject({ status: 400, details: [{ code: 'TEAM_MEMBER_BLIND', target: 'systemuserid' }] });
});

test('a competitor is credited with the deals lost to it and won against it, and not with one that was opened again', async () => {
  const rival = await create('competitors', { name: 'Counted rival' });
  const figures = async () => {
    const { wondeals, lostdeals, opendeals } = await read(`/competitors(${rival})`);
    return [wondeals, lostdeals, opendeals];
  };
  const deal = await create('opportunities', { name: 'Fought for' });
  const named = { '@odata.type': 'Microsoft.Dynamics.CRM.competitor', competitorid: rival };
  const lose = () => done(`/opportunities(${deal})/sales_CloseAsLost`, { Competitor: named });
  await lose();
  const linked = `/opportunities?$select=name&$filter=opportunitycompetitors_association/any(c:c/competitorid eq ${rival})`;
  expect((await rows(linked)).map(({ name }) => name)).toEqual(['Fought for']);
  expect(await figures()).toEqual([0, 1, 0]);
  await done(`/opportunities(${deal})/ReopenOpportunity`);
  expect(await figures()).toEqual([0, 0, 1]);
  await lose();
  expect(await figures()).toEqual([0, 1, 0]);
  await done(`/opportunities(${deal})/ReopenOpportunity`);
  await done(`/opportunities(${deal})/sales_CloseAsWon`);
  expect(await figures()).toEqual([1, 0, 0]);
});

test('deals in another currency are added up in the base currency: by goals, the forecast and the funnel', async () => {
  const [base] = await rows('/transactioncurrencies?$select=transactioncurrencyid&$top=1', root);
  const foreign = await create(
    'transactioncurrencies',
    { currencyname: 'Half', isocurrencycode: 'XTS', currencysymbol: '½', exchangerate: 2, currencyprecision: 2 },
    root,
  );
  expect(base).toBeDefined();
  const money = { 'transactioncurrencyid@odata.bind': `/transactioncurrencies(${foreign})` };
  const day = { estimatedclosedate: '2036-02-01' };
  await create('opportunities', { name: 'Own', estimatedvalue: 100, msdyn_forecastcategory: 100000003, ...day });
  const deal = await create('opportunities', {
    name: 'Foreign',
    estimatedvalue: 50,
    msdyn_forecastcategory: 100000003,
    ...day,
    ...money,
  });
  const cells = async () => {
    const answer = (await read("/sales_Forecast(Period='month',Count=1,From=2036-02-10)", root))['value'] as Row;
    const mine = (answer['rows'] as Row[]).find(({ id }) => id === seller.id) ?? {};
    return (mine['cells'] as Row[])[0];
  };
  expect(await cells()).toMatchObject({ committed: '125' });
  const metric = await create(
    'metrics',
    { name: 'Plain name', actualfield: 'estimatedvalue', actualdatefield: 'estimatedclosedate', actualstate: 0 },
    root,
  );
  const goal = await create(
    'goals',
    {
      title: 'In base currency',
      'metricid@odata.bind': `/metrics(${metric})`,
      'goalownerid_systemuser@odata.bind': `/systemusers(${seller.id})`,
      goalstartdate: '2036-02-01',
      goalenddate: '2036-02-29',
    },
    root,
  );
  expect(await read(`/goals(${goal})?$select=actualdecimal`, root)).toMatchObject({ actualdecimal: 125 });
  await done(`/opportunities(${deal})/sales_CloseAsWon`, { ClosedOn: '2036-02-03' });
  expect(await cells()).toMatchObject({ committed: '100', won: '25' });
  expect(await rows(`/opportunitystagehistories?$filter=_opportunityid_value eq ${deal}`)).toMatchObject([
    { estimatedvalue_entered: 25 },
  ]);
});

test('a manager raises a seller’s forecast with a reason, in their name; the seller cannot, and each week’s forecast stays to be seen', async () => {
  const manager = await person('manager', ['sales-manager']);
  await create('opportunities', {
    name: 'Likely',
    estimatedvalue: 40,
    msdyn_forecastcategory: 100000003,
    estimatedclosedate: '2038-01-20',
  });
  const values = {
    category: 100000003,
    periodstart: '2038-01-01',
    periodend: '2038-01-31',
    amount: 15.5,
    reason: 'They told me',
    'ownerid@odata.bind': `/systemusers(${seller.id})`,
  };
  expect((await send('POST', '/forecastadjustments', values)).status).toBe(403);
  const made = await create('forecastadjustments', values, manager.headers);
  expect(await read(`/forecastadjustments(${made})`)).toMatchObject({
    reason: 'They told me',
    _createdby_value: manager.id,
  });
  expect((await send('DELETE', `/forecastadjustments(${made})`)).status).toBe(403);
  expect((await send('PATCH', `/forecastadjustments(${made})`, { amount: 99 }, manager.headers)).status).toBe(400);
  for (const wrong of [{ amount: 0 }, { periodend: '2037-12-31' }]) {
    expect((await send('POST', '/forecastadjustments', { ...values, ...wrong }, manager.headers)).status).toBe(400);
  }
  const forecast = async (by: string, id: string) => {
    const answer = (await read(`/sales_Forecast(By='${by}',Count=1,From=2038-02-01)`))['value'] as { rows: Row[] };
    return ((answer.rows.find((row) => row['id'] === id) ?? {})['cells'] as Row[])[0];
  };
  // Of a month of the quarter, and of the seller's unit with them.
  const adjusted = { committed: '40', adjusted: { committed: '15.5', bestCase: '0' } };
  expect(await forecast('owner', seller.id)).toMatchObject(adjusted);
  const { _businessunitid_value: unit } = await read(`/systemusers(${seller.id})?$select=_businessunitid_value`);
  expect(await forecast('unit', String(unit))).toMatchObject(adjusted);

  const { organization } = server.server;
  const served = () => organization.plugins().set.served.schedules;
  let now = Date.parse('2038-01-30T00:00:00Z');
  const schedules = await startSchedules({
    engine: () => organization.current(),
    schedules: () => served().filter(({ name }) => name === 'sales/forecast-snapshot'),
    reach: reachOf,
    clock: () => now,
    onFailure: (error) => {
      throw error;
    },
  });
  await schedules.tick();
  for (const day of ['2038-02-01T03:01:00Z', '2038-02-08T03:01:00Z']) {
    now = Date.parse(day);
    await schedules.tick();
    await send('DELETE', `/forecastadjustments(${made})`, undefined, manager.headers);
  }
  await schedules.stop();
  const history = `/sales_ForecastHistory(From=2038-01-01,To=2038-03-31,Owner=${seller.id})`;
  expect((await read(history))['value']).toMatchObject([
    { takenon: '2038-02-01', committed: '40', adjusted: '55.5', won: '0' },
    { takenon: '2038-02-08', committed: '40', adjusted: '40', won: '0' },
  ]);
  // Who reads deals and nothing else sees them without quotas and adjustments.
  const privileges = { opportunity: { read: 'organization' }, businessunit: { read: 'organization' } };
  const { layer } = layerOf(
    { id: 'organization', version: '1', kind: 'organization' },
    { 'roles/new_onlooker': { title: 'Onlooker', privileges } },
  );
  await organization.publish(layer);
  const onlooker = await person('onlooker', ['new_onlooker']);
  expect(await read("/sales_Forecast(By='unit')", onlooker.headers)).toMatchObject({
    value: { currency: expect.any(String) as string },
  });
  const [kept] = await rows('/forecastsnapshots?$top=1');
  expect((await send('DELETE', `/forecastsnapshots(${String(kept?.['forecastsnapshotid'])})`)).status).toBe(403);
});

test('the funnel says what counting every move by hand says, and expects what the open deals weigh', async () => {
  const walker = await person('walker', ['salesperson']);
  const stage = () => ({ entered: 0, value: 0, still: 0, onward: 0, back: 0, won: 0, lost: 0 });
  const counted = [stage(), stage(), stage(), stage()];
  let [count, value] = [0, 0];
  let seed = 20261123;
  const draw = (below: number): number => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % below;
  const enter = (at: number, worth: number): void => {
    const line = counted[at] ?? stage();
    line.entered++;
    line.value += worth;
  };
  const leave = (at: number, how: 'still' | 'onward' | 'back' | 'won' | 'lost'): void => {
    const line = counted[at] ?? stage();
    line[how]++;
  };
  await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const worth = 100 + draw(900);
      let at = draw(4);
      const moves = Array.from({ length: 3 }, () => draw(4));
      const end = ['won', 'lost', 'still', 'reopened'][draw(4)];
      const values = {
        name: `Walk ${String(index)}`,
        estimatedvalue: worth,
        estimatedclosedate: today,
        salesstage: at,
      };
      const id = await create('opportunities', values, walker.headers);
      enter(at, worth);
      for (const next of moves) {
        await send('PATCH', `/opportunities(${id})`, { salesstage: next }, walker.headers);
        if (next === at) continue;
        leave(at, next > at ? 'onward' : 'back');
        enter(next, worth);
        at = next;
      }
      if (end !== 'still')
        await done(`/opportunities(${id})/sales_CloseAs${end === 'won' ? 'Won' : 'Lost'}`, {}, walker.headers);
      if (end === 'won') return leave(at, 'won');
      if (end === 'lost') return leave(at, 'lost');
      if (end === 'reopened') {
        leave(at, 'lost');
        await done(`/opportunities(${id})/ReopenOpportunity`, {}, walker.headers);
        enter(at, worth);
      }
      leave(at, 'still');
      const likely = ([10, 30, 60, 80][at] ?? 0) / 100;
      count += likely;
      value += likely * worth;
    }),
  );
  const { stages, expected } = (await read(`/sales_Funnel(Owner=${walker.id})`, root))['value'] as Record<
    string,
    Row[]
  >;
  const known = counted.map((line, at) => ({ stage: at, ...line, value: String(line.value) }));
  expect(stages).toMatchObject(known.filter(({ entered }) => entered > 0));
  expect(expected?.[0]).toMatchObject({ count: count.toFixed(1), value: value.toFixed(2) });
});
