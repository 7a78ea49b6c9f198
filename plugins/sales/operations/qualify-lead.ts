// QualifyLead: an open lead becomes a qualified one, and on the way an account, a contact and opportunities as asked. What the lead
// or the caller names already is used instead of made anew, and what seems to be there already is offered. All of it in one
// transaction, the lead locked, so that it is qualified once.
import { defineOperation, type NamedRow, type OperationContext, type Records } from 'peyvand/sdk';
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
/** customertypecode of an account that has bought nothing yet. */
const PROSPECT = 8;
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

interface Known extends NamedRow {
  readonly name: string;
  /** What it has in common with the lead. */
  readonly field: string;
}

function quoted(value: unknown): string {
  return `'${String(value).replaceAll("'", "''")}'`;
}

/** Rows the caller may see that have the same in one of the fields: newest first, at most five. */
async function alike(
  records: Records,
  entity: string,
  shown: string,
  pairs: readonly (readonly [string, unknown])[],
): Promise<readonly Known[]> {
  const found = new Map<string, Known>();
  for (const [field, value] of pairs) {
    if (typeof value !== 'string' || value === '') continue;
    const query = `$select=${entity}id,${shown}&$filter=statecode eq 0 and ${field} eq ${encodeURIComponent(quoted(value))}&$orderby=modifiedon desc&$top=5`;
    for (const row of await records.list(entity, query)) {
      const id = String(row[`${entity}id`]);
      if (!found.has(id)) found.set(id, { entity, id, name: String(row[shown] ?? ''), field });
    }
  }
  return [...found.values()].slice(0, 5);
}

/** Throws DUPLICATE_FOUND with the rows that the new account and contact seem to be. */
async function offerKnown(records: Records, lead: Row, account: boolean, contact: boolean): Promise<void> {
  const mail = ['emailaddress1', lead['emailaddress1']] as const;
  const found = [
    ...(account ? await alike(records, 'account', 'name', [['name', lead['companyname']], mail]) : []),
    ...(contact ? await alike(records, 'contact', 'fullname', [mail, ['mobilephone', lead['mobilephone']]]) : []),
  ];
  if (found.length === 0) return;
  const duplicates = found.map(({ entity, id, name, field }) => ({
    entity,
    id,
    name,
    rule: 'sales/qualify-lead',
    title: '',
    score: 1,
    fields: [{ field, value: lead[field === 'name' ? 'companyname' : field] }],
  }));
  throw fail(
    'DUPLICATE_FOUND',
    { names: found.map(({ name }) => name).join('; ') },
    { data: { duplicates, refused: false } },
  );
}

/** The row that the caller chose, which must be there for them. */
async function chosen({ parameters, records, refuse }: OperationContext, name: string): Promise<NamedRow | undefined> {
  const row = parameters[name] as NamedRow | undefined;
  if (!row) return undefined;
  if (await records.retrieve(row.entity, row.id)) return row;
  return refuse({ code: 'PARAMETER_INVALID', target: name, message: `There is no ${row.entity} ${row.id}.` });
}

/** Values of each opportunity to make: those of the call, or one as the lead says. */
function dealsOf({ parameters, refuse }: OperationContext): readonly Row[] {
  const asked = parameters['Opportunities'];
  if (asked === undefined) return parameters['CreateOpportunity'] === true ? [{}] : [];
  const rows = Array.isArray(asked) ? (asked as unknown[]) : [];
  const allowed = ['name', 'estimatedvalue', 'estimatedclosedate', 'salesstage', 'description'];
  const isFine = (row: unknown): row is Row =>
    typeof row === 'object' &&
    row !== null &&
    !Array.isArray(row) &&
    Object.keys(row).every((name) => allowed.includes(name));
  if (rows.length > 0 && rows.length <= 20 && rows.every(isFine)) return rows;
  const message = `Opportunities is a list of 1 to 20 objects with ${allowed.join(', ')}.`;
  return refuse({ code: 'PARAMETER_INVALID', target: 'Opportunities', message });
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
    {
      name: 'SuppressDuplicateDetection',
      type: 'boolean',
      optional: true,
      description: 'True: accounts and contacts that seem to be there already are made all the same.',
    },
    {
      name: 'ExistingAccountId',
      type: 'entity',
      entity: 'account',
      optional: true,
      description: 'Used instead of a new account.',
    },
    {
      name: 'ExistingContactId',
      type: 'entity',
      entity: 'contact',
      optional: true,
      description: 'Used instead of a new contact.',
    },
    {
      name: 'Opportunities',
      type: 'json',
      optional: true,
      description:
        'Several deals: [{"name", "estimatedvalue", "estimatedclosedate", "salesstage", "description"}], in place of the one as the lead says.',
    },
  ],
  returns: { type: 'entity', collection: true },
  description: 'Answers the rows that were made.',
  async run(context) {
    const { parameters, target, records, refuse } = context;
    const deals = dealsOf(context);
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
    let account = (await chosen(context, 'ExistingAccountId')) ?? named(lead, 'parentaccountid', 'account');
    let contact = (await chosen(context, 'ExistingContactId')) ?? named(lead, 'parentcontactid', 'contact');
    const company = lead['companyname'];
    const isPerson = typeof lead['lastname'] === 'string' || typeof lead['firstname'] === 'string';
    const makesAccount = parameters['CreateAccount'] === true && !account && typeof company === 'string';
    const makesContact = parameters['CreateContact'] === true && !contact && isPerson;
    if (parameters['SuppressDuplicateDetection'] !== true) await offerKnown(records, lead, makesAccount, makesContact);
    if (makesAccount) {
      const values = { ...taken(lead, TO_ACCOUNT), name: company.slice(0, 160), customertypecode: PROSPECT };
      account = await make('account', values);
    }
    if (makesContact) {
      contact = await make('contact', { ...taken(lead, TO_CONTACT), ...(account && { parentcustomerid: account }) });
      const isNew = account && made.includes(account);
      if (account && isNew) await records.update('account', account.id, { primarycontactid: contact.id });
    }
    const currency = parameters['OpportunityCurrencyId'] as NamedRow | undefined;
    const known = lead['customerid_type'];
    const before = typeof known === 'string' ? named(lead, 'customerid', known) : undefined;
    const buyer = customer ?? account ?? contact ?? before;
    let opportunity: NamedRow | undefined;
    for (const deal of deals) {
      const row = await make('opportunity', {
        ...taken(lead, TO_OPPORTUNITY),
        name: lead['subject'],
        ...((lead['estimatedamount'] ?? null) !== null && { estimatedvalue: lead['estimatedamount'] }),
        ...(lead['leadqualitycode'] ? { opportunityratingcode: lead['leadqualitycode'] } : {}),
        ...deal,
        ...(buyer && { customerid: buyer }),
        ...(account && { parentaccountid: account.id }),
        ...(contact && { parentcontactid: contact.id }),
        ...(currency && { transactioncurrencyid: currency.id }),
        originatingleadid: id,
      });
      opportunity ??= row;
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
