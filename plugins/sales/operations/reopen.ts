// Taking back an end: ReopenOpportunity (its close activities stay, its actual figures go), DisqualifyLead and ReactivateLead.
import { defineOperation, type Row } from 'peyvand/sdk';
import { fail } from './errors.ts';
import { noteOf } from './note.ts';

const LEAD_STATES = ['open', 'qualified', 'disqualified'];

export const reopenOpportunity = defineOperation({
  name: 'ReopenOpportunity',
  kind: 'action',
  bound: { entity: 'opportunity' },
  parameters: [],
  description: 'Opens a won or lost deal again. Its close activities stay; its actual revenue and day are emptied.',
  async run({ target, records }) {
    const id = target?.id ?? '';
    const deal = await records.retrieve('opportunity', id, { lock: true });
    if (!deal) throw fail('OPPORTUNITY_NOT_FOUND', { id });
    if (deal['statecode'] === 0) throw fail('OPPORTUNITY_OPEN');
    await records.update('opportunity', id, { statecode: 0 });
  },
});

export const disqualifyLead = defineOperation({
  name: 'DisqualifyLead',
  kind: 'action',
  bound: { entity: 'lead' },
  parameters: [
    {
      name: 'Status',
      type: 'integer',
      optional: true,
      description: 'A status reason of the state Disqualified; -1 = the usual one.',
    },
    {
      name: 'Reason',
      type: 'text',
      optional: true,
      description: 'Why, in words: on the lead until it is opened again, and a note of it that stays.',
    },
  ],
  description: 'Puts an open lead aside. Refused while a deal that came from it is open.',
  async run({ target, parameters, records }) {
    const id = target?.id ?? '';
    const lead = await records.retrieve('lead', id, { lock: true });
    if (!lead) throw fail('LEAD_NOT_FOUND', { id });
    if (lead['statecode'] !== 0) throw fail('LEAD_NOT_OPEN', { state: LEAD_STATES[Number(lead['statecode'])] ?? '' });
    const status = parameters['Status'] ?? -1;
    const reason = String(parameters['Reason'] ?? '').trim();
    const values: Row = { statecode: 2, ...(status !== -1 && { statuscode: status }) };
    await records.update('lead', id, {
      ...values,
      ...(reason !== '' && { qualificationcomments: reason }),
    });
    if (reason !== '') await records.create('annotation', noteOf({ entity: 'lead', id }, '', reason));
  },
});

export const reactivateLead = defineOperation({
  name: 'ReactivateLead',
  kind: 'action',
  bound: { entity: 'lead' },
  parameters: [],
  description: 'Opens a qualified or disqualified lead again. What was made of it stays.',
  async run({ target, records }) {
    const id = target?.id ?? '';
    const lead = await records.retrieve('lead', id, { lock: true });
    if (!lead) throw fail('LEAD_NOT_FOUND', { id });
    if (lead['statecode'] === 0) throw fail('LEAD_OPEN');
    await records.update('lead', id, { statecode: 0 });
  },
});
