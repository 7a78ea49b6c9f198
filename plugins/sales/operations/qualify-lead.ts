// QualifyLead: an open lead becomes a qualified one, and on the way an account, a contact and an opportunity as asked. What the lead
// names already is used instead of made anew. All of it in one transaction, the lead locked, so that it is qualified once.
import { defineOperation, type NamedRow } from 'peyvand/sdk';
import { fail } from './errors.ts';

const STATES = ['open', 'qualified', 'disqualified'];

type Row = Readonly<Record<string, unknown>>;

const ADDRESS = [
  'address1_addresstypecode',
  'address1_name',
  'address1_line1',
  'address1_line2',
  'address1_line3',
  'address1_city',
  'address1_stateorprovince',
  'address1_postalcode',
  'address1_country',
  'address1_telephone1',
];
const WISHES = ['donotemail', 'donotphone', 'donotbulkemail', 'donotpostalmail', 'donotfax'];
const MONEY = ['transactioncurrencyid'];
const TO_ACCOUNT = [
  ...ADDRESS,
  ...WISHES,
  ...MONEY,
  'telephone1',
  'emailaddress1',
  'websiteurl',
  'industrycode',
  'numberofemployees',
  'revenue',
];
const TO_CONTACT = [
  ...ADDRESS,
  ...WISHES,
  ...MONEY,
  'salutation',
  'firstname',
  'lastname',
  'jobtitle',
  'emailaddress1',
  'telephone1',
  'mobilephone',
  'websiteurl',
];
const TO_OPPORTUNITY = [
  ...MONEY,
  'estimatedclosedate',
  'budgetamount',
  'budgetstatus',
  'purchasetimeframe',
  'purchaseprocess',
  'decisionmaker',
  'description',
];

/** Values of the same name that are there. */
function taken(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.flatMap((name) => ((row[name] ?? null) === null ? [] : [[name, row[name]]])));
}

function named(row: Row, field: string, entity: string): NamedRow | undefined {
  const id = row[field];
  return typeof id === 'string' ? { entity, id } : undefined;
}

export const qualifyLead = defineOperation({
  name: 'QualifyLead',
  kind: 'action',
  bound: { entity: 'lead' },
  parameters: [
    { name: 'CreateAccount', type: 'boolean' },
    { name: 'CreateContact', type: 'boolean' },
    { name: 'CreateOpportunity', type: 'boolean' },
    { name: 'Status', type: 'integer', description: 'A status reason of the state Qualified; -1 = the usual one.' },
    { name: 'OpportunityCurrencyId', type: 'entity', entity: 'transactioncurrency', optional: true },
    { name: 'OpportunityCustomerId', type: 'entity', optional: true, description: 'An account or contact.' },
    {
      name: 'SourceCampaignId',
      type: 'json',
      optional: true,
      description: 'Taken and not used: there are no campaigns here.',
    },
    { name: 'ProcessInstanceId', type: 'json', optional: true, description: 'Taken and not used.' },
    { name: 'SuppressDuplicateDetection', type: 'boolean', optional: true },
  ],
  returns: { type: 'entity', collection: true },
  description: 'Answers the rows that were made.',
  async run({ parameters, target, records, refuse }) {
    const id = target?.id ?? '';
    const lead = await records.retrieve('lead', id, { lock: true });
    if (!lead) throw fail('LEAD_NOT_FOUND', { id });
    if (lead['statecode'] !== 0) {
      throw fail('LEAD_NOT_OPEN', { state: STATES[Number(lead['statecode'])] ?? String(lead['statecode']) });
    }
    const made: NamedRow[] = [];
    const make = async (entity: string, values: Row): Promise<NamedRow> => {
      const row = { entity, id: await records.create(entity, values) };
      made.push(row);
      return row;
    };
    const customer = parameters['OpportunityCustomerId'] as NamedRow | undefined;
    if (customer && customer.entity !== 'account' && customer.entity !== 'contact') {
      const message = 'OpportunityCustomerId is an account or a contact.';
      refuse({ code: 'PARAMETER_INVALID', target: 'OpportunityCustomerId', message });
    }
    let account = named(lead, 'parentaccountid', 'account');
    const company = lead['companyname'];
    if (parameters['CreateAccount'] === true && !account && typeof company === 'string') {
      account = await make('account', { ...taken(lead, TO_ACCOUNT), name: company.slice(0, 160) });
    }
    let contact = named(lead, 'parentcontactid', 'contact');
    const isPerson = typeof lead['lastname'] === 'string' || typeof lead['firstname'] === 'string';
    if (parameters['CreateContact'] === true && !contact && isPerson) {
      contact = await make('contact', { ...taken(lead, TO_CONTACT), ...(account && { parentcustomerid: account }) });
      const isNew = account && made.includes(account);
      if (account && isNew) await records.update('account', account.id, { primarycontactid: contact.id });
    }
    let opportunity: NamedRow | undefined;
    if (parameters['CreateOpportunity'] === true) {
      const currency = parameters['OpportunityCurrencyId'] as NamedRow | undefined;
      const known = lead['customerid_type'];
      const before = typeof known === 'string' ? named(lead, 'customerid', known) : undefined;
      const buyer = customer ?? account ?? contact ?? before;
      opportunity = await make('opportunity', {
        ...taken(lead, TO_OPPORTUNITY),
        name: lead['subject'],
        ...((lead['estimatedamount'] ?? null) !== null && { estimatedvalue: lead['estimatedamount'] }),
        ...(lead['leadqualitycode'] ? { opportunityratingcode: lead['leadqualitycode'] } : {}),
        ...(buyer && { customerid: buyer }),
        ...(account && { parentaccountid: account.id }),
        ...(contact && { parentcontactid: contact.id }),
        ...(currency && { transactioncurrencyid: currency.id }),
        originatingleadid: id,
      });
    }
    const status = parameters['Status'] as number;
    await records.update('lead', id, {
      statecode: 1,
      statuscode: status === -1 ? 3 : status,
      ...(account && { parentaccountid: account.id }),
      ...(contact && { parentcontactid: contact.id }),
      ...(opportunity && { qualifyingopportunityid: opportunity.id }),
    });
    return made;
  },
});
