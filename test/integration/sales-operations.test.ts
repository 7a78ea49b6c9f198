// Leads become customers and deals are closed, over real HTTP: what each action leaves behind, and that it happens once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
let server: InProcessServer;
let seller: Record<string, string>;
beforeAll(async () => {
  server = await testServer();
  const { key } = await newcomer(server.server, 'seller', ['basic-user', 'salesperson']);
  seller = { authorization: `Bearer ${key}` };
});
afterAll(async () => {
  await server?.stop();
});

type Row = Record<string, unknown>;
async function send(method: string, path: string, body?: unknown) {
  const response = await server.request(BASE + path, {
    method,
    headers: { ...seller, ...(body !== undefined && { 'content-type': 'application/json' }) },
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
async function create(set: string, values: Row): Promise<string> {
  const { status, text, headers } = await send('POST', `/${set}`, values);
  expect(status, text).toBe(204);
  return /\(([0-9a-f-]{36})\)$/.exec(headers.get('odata-entityid') ?? '')?.[1] ?? '';
}
const codeOf = ({ body }: { body: Row }) => (body['error'] as Row)['code'];
const all = { CreateAccount: true, CreateContact: true, CreateOpportunity: true, Status: 3 };

test('a qualified lead leaves an account, a contact and an opportunity that know each other; a second time is refused', async () => {
  const lead = await create('leads', {
    subject: 'Wants carpets',
    firstname: 'Sara',
    lastname: 'Karimi',
    companyname: 'فرش کاشان',
    telephone1: '031',
    address1_city: 'کاشان',
    estimatedamount: 1234.5,
    budgetamount: 2000,
    donotphone: true,
  });
  const path = `/leads(${lead})/Microsoft.Dynamics.CRM.QualifyLead`;
  const answers = await Promise.all([send('POST', path, all), send('POST', path, all)]);
  expect(answers.map(({ status }) => status).sort(), answers.map(({ text }) => text).join()).toEqual([200, 409]);
  const done = answers.find(({ status }) => status === 200);
  const refused = answers.find(({ status }) => status === 409);
  expect(refused && codeOf(refused)).toBe('LEAD_NOT_OPEN');
  const made = (done?.body['value'] ?? []) as Row[];
  expect(made.map((one) => one['@odata.type'])).toEqual(
    ['account', 'contact', 'opportunity'].map((name) => `#Microsoft.Dynamics.CRM.${name}`),
  );
  const [account, contact, opportunity] = [made[0]?.['accountid'], made[1]?.['contactid'], made[2]?.['opportunityid']];
  expect((await send('GET', `/leads(${lead})`)).body).toMatchObject({
    statecode: 1,
    statuscode: 3,
    _parentaccountid_value: account,
    _parentcontactid_value: contact,
    _qualifyingopportunityid_value: opportunity,
  });
  expect((await send('GET', `/accounts(${String(account)})`)).body).toMatchObject({
    name: 'فرش کاشان',
    address1_city: 'کاشان',
    donotphone: true,
    _primarycontactid_value: contact,
  });
  expect((await send('GET', `/contacts(${String(contact)})`)).body).toMatchObject({
    lastname: 'Karimi',
    _parentcustomerid_value: account,
  });
  expect((await send('GET', `/opportunities(${String(opportunity)})`)).body).toMatchObject({
    name: 'Wants carpets',
    estimatedvalue: 1234.5,
    budgetamount: 2000,
    _customerid_value: account,
    _originatingleadid_value: lead,
  });
});

test('what a lead names already is used, and what fails on the way leaves nothing', async () => {
  const account = await create('accounts', { name: 'Known' });
  const values = {
    subject: 'Known customer',
    lastname: 'X',
    companyname: 'Known',
    'parentaccountid@odata.bind': `/accounts(${account})`,
  };
  const lead = await create('leads', values);
  const refused = await send('POST', `/leads(${lead})/QualifyLead`, { ...all, Status: 7 });
  expect(refused.status, refused.text).toBe(400);
  expect((await send('GET', "/contacts?$filter=lastname eq 'X'")).body['value']).toEqual([]);
  const done = await send('POST', `/leads(${lead})/QualifyLead`, { ...all, Status: -1 });
  expect(done.status, done.text).toBe(200);
  expect(((done.body['value'] ?? []) as Row[]).map((one) => one['@odata.type'])).toEqual([
    '#Microsoft.Dynamics.CRM.contact',
    '#Microsoft.Dynamics.CRM.opportunity',
  ]);
});

test('a deal is won or lost once, with its revenue, its day and the words that were said', async () => {
  const won = await create('opportunities', { name: 'To win', estimatedvalue: 500 });
  const close = { subject: 'Won', description: 'a < b', 'opportunityid@odata.bind': `/opportunities(${won})` };
  const done = await send('POST', '/WinOpportunity', {
    Status: 3,
    OpportunityClose: { ...close, '@odata.type': 'Microsoft.Dynamics.CRM.opportunityclose' },
  });
  expect(done.status, done.text).toBe(204);
  expect((await send('GET', `/opportunities(${won})`)).body).toMatchObject({
    statecode: 1,
    statuscode: 3,
    actualvalue: 500,
    actualclosedate: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/) as string,
  });
  const notes = await send('GET', `/annotations?$select=subject,notetext&$filter=_objectid_value eq ${won}`);
  expect(notes.body['value']).toMatchObject([{ subject: 'Won' }]);
  const again = await send('POST', '/LoseOpportunity', { OpportunityClose: close });
  expect([again.status, codeOf(again)]).toEqual([409, 'OPPORTUNITY_NOT_OPEN']);

  const lost = await create('opportunities', { name: 'To lose', estimatedvalue: 500 });
  const losing = { opportunityid: lost, actualend: '2026-03-20T00:00:00Z' };
  const gone = await send('POST', '/LoseOpportunity', { Status: 5, OpportunityClose: losing });
  expect(gone.status, gone.text).toBe(204);
  expect((await send('GET', `/opportunities(${lost})`)).body).toMatchObject({
    statecode: 2,
    statuscode: 5,
    actualvalue: null,
    actualclosedate: '2026-03-20',
  });
  expect((await send('POST', '/WinOpportunity', { OpportunityClose: {} })).status).toBe(400);
});
