// WinOpportunity and LoseOpportunity: an open deal becomes a won or lost one, with its actual revenue, its day and the competitor it was
// lost to, all of which stays as its close activity (handlers/opportunity-outcome.ts completes it). What the call says in words is
// also a note on the opportunity.
import { defineOperation, type NamedRow, type Operation, type OperationContext } from 'peyvand/sdk';
import { dayIn } from '../today.ts';
import { fail } from './errors.ts';

const STATES = ['open', 'won', 'lost'];

type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

function wrong(target: string, message: string) {
  return { code: 'PARAMETER_INVALID', target, message };
}

/** `opportunityid@odata.bind`, or the id itself. */
async function opportunityOf({ reference, refuse }: OperationContext, close: Members): Promise<NamedRow> {
  const bound = close['opportunityid@odata.bind'];
  const plain = close['opportunityid'];
  const text = typeof bound === 'string' ? bound : typeof plain === 'string' ? `opportunities(${plain})` : undefined;
  const row = text === undefined ? undefined : await reference(text);
  if (row?.entity === 'opportunity') return row;
  const example = '"opportunityid@odata.bind": "/opportunities(<id>)"';
  return refuse(wrong('OpportunityClose', `OpportunityClose names the opportunity: ${example}.`));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll('\n', '<br>');
}

/** `competitorid@odata.bind`, or the id itself. */
async function competitorOf(
  { reference, records, refuse }: OperationContext,
  close: Members,
): Promise<string | undefined> {
  const bound = close['competitorid@odata.bind'];
  const plain = close['competitorid'];
  const text = typeof bound === 'string' ? bound : typeof plain === 'string' ? `competitors(${plain})` : undefined;
  if (text === undefined) return undefined;
  const row = await reference(text);
  if (row?.entity === 'competitor' && (await records.retrieve('competitor', row.id))) return row.id;
  return refuse(wrong('OpportunityClose/competitorid', 'There is no such competitor.'));
}

/** `reason`: the status where the call leaves it to us (-1). */
function closing(name: string, state: 1 | 2, reason: number): Operation {
  return defineOperation({
    name,
    kind: 'action',
    parameters: [
      {
        name: 'OpportunityClose',
        type: 'json',
        description:
          'opportunityid@odata.bind, actualrevenue, actualend, competitorid@odata.bind, subject, description',
      },
      {
        name: 'Status',
        type: 'integer',
        optional: true,
        description: 'A status reason of the new state; -1 = the usual one.',
      },
    ],
    async run(context) {
      const { parameters, records, system, refuse, timeZone, now } = context;
      const close = membersOf(parameters['OpportunityClose']);
      const { id } = await opportunityOf(context, close);
      const row = await records.retrieve('opportunity', id, { lock: true });
      if (!row) throw fail('OPPORTUNITY_NOT_FOUND', { id });
      if (row['statecode'] !== 0) {
        throw fail('OPPORTUNITY_NOT_OPEN', { state: STATES[Number(row['statecode'])] ?? String(row['statecode']) });
      }
      const revenue = close['actualrevenue'] ?? null;
      if (revenue !== null && typeof revenue !== 'number' && !/^\d+(?:\.\d+)?$/.test(textOf(revenue))) {
        refuse(wrong('OpportunityClose/actualrevenue', 'actualrevenue is an amount.'));
      }
      const end = textOf(close['actualend']).slice(0, 10);
      if (end !== '' && Number.isNaN(Date.parse(end))) {
        refuse(wrong('OpportunityClose/actualend', 'actualend is a day, like 2026-11-22.'));
      }
      const status = parameters['Status'] as number | undefined;
      const competitor = await competitorOf(context, close);
      const [subject, description] = [textOf(close['subject']), textOf(close['description'])];
      const owner = { entity: String(row['ownerid_type'] ?? 'systemuser'), id: String(row['ownerid']) };
      await system.create('opportunityclose', {
        subject: (subject === '' ? String(row['name']) : subject).slice(0, 400),
        ...(description !== '' && { description }),
        opportunityid: id,
        regardingobjectid: { entity: 'opportunity', id },
        ...(competitor !== undefined && { competitorid: competitor }),
        ...(typeof row['transactioncurrencyid'] === 'string' && {
          transactioncurrencyid: row['transactioncurrencyid'],
        }),
        ownerid: owner,
      });
      // A deal that is lost earned nothing, unless somebody says otherwise.
      const earned = revenue ?? (state === 1 ? (row['estimatedvalue'] ?? null) : null);
      await records.update('opportunity', id, {
        statecode: state,
        statuscode: status === undefined || status === -1 ? reason : status,
        actualclosedate: end === '' ? dayIn(timeZone, now) : end,
        ...(earned !== null && { actualvalue: earned }),
      });
      if (subject === '' && description === '') return;
      await records.create('annotation', {
        ...(subject !== '' && { subject: subject.slice(0, 200) }),
        ...(description !== '' && { notetext: `<p>${escaped(description)}</p>` }),
        objectid: { entity: 'opportunity', id },
      });
    },
  });
}

export const winOpportunity = closing('WinOpportunity', 1, 3);
export const loseOpportunity = closing('LoseOpportunity', 2, 4);
