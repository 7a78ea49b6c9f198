// WinOpportunity and LoseOpportunity: an open deal becomes a won or lost one, with its actual revenue, its day and the competitor it was
// lost to, all of which stays as its close activity (handlers/opportunity-outcome.ts completes it). What the call says in words is
// also a note on the opportunity.
import { defineOperation, type NamedRow, type Operation, type OperationContext } from 'peyvand/sdk';
import { dayIn } from '../today.ts';
import { fail } from './errors.ts';
import { noteOf } from './note.ts';

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

interface Close {
  readonly id: string;
  readonly state: 1 | 2;
  /** The status reason. */
  readonly status: unknown;
  readonly revenue: unknown;
  /** `2026-11-22`; empty: today of the caller. */
  readonly end: string;
  readonly competitor: string | undefined;
  readonly subject: string;
  readonly description: string;
}

async function closeDeal({ records, system, timeZone, now }: OperationContext, close: Close): Promise<void> {
  const { id, state, revenue, end, competitor, subject, description } = close;
  const row = await records.retrieve('opportunity', id, { lock: true });
  if (!row) throw fail('OPPORTUNITY_NOT_FOUND', { id });
  if (row['statecode'] !== 0) {
    throw fail('OPPORTUNITY_NOT_OPEN', { state: STATES[Number(row['statecode'])] ?? String(row['statecode']) });
  }
  const owner = { entity: String(row['ownerid_type'] ?? 'systemuser'), id: String(row['ownerid']) };
  await system.create('opportunityclose', {
    subject: (subject === '' ? String(row['name']) : subject).slice(0, 400),
    ...(description !== '' && { description }),
    opportunityid: id,
    regardingobjectid: { entity: 'opportunity', id },
    ...(competitor !== undefined && { competitorid: competitor }),
    ...(typeof row['transactioncurrencyid'] === 'string' && { transactioncurrencyid: row['transactioncurrencyid'] }),
    ownerid: owner,
  });
  // A deal that is lost earned nothing, unless somebody says otherwise.
  const earned = revenue ?? (state === 1 ? (row['estimatedvalue'] ?? null) : null);
  await records.update('opportunity', id, {
    statecode: state,
    statuscode: close.status,
    actualclosedate: end === '' ? dayIn(timeZone, now) : end,
    ...(earned !== null && { actualvalue: earned }),
  });
  if (subject === '' && description === '') return;
  await records.create('annotation', noteOf({ entity: 'opportunity', id }, subject, description));
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
      const { parameters, refuse } = context;
      const close = membersOf(parameters['OpportunityClose']);
      const { id } = await opportunityOf(context, close);
      const revenue = close['actualrevenue'] ?? null;
      if (revenue !== null && typeof revenue !== 'number' && !/^\d+(?:\.\d+)?$/.test(textOf(revenue))) {
        refuse(wrong('OpportunityClose/actualrevenue', 'actualrevenue is an amount.'));
      }
      const end = textOf(close['actualend']).slice(0, 10);
      if (end !== '' && Number.isNaN(Date.parse(end))) {
        refuse(wrong('OpportunityClose/actualend', 'actualend is a day, like 2026-11-22.'));
      }
      const status = parameters['Status'] ?? -1;
      await closeDeal(context, {
        id,
        state,
        status: status === -1 ? reason : status,
        revenue,
        end,
        competitor: await competitorOf(context, close),
        subject: textOf(close['subject']),
        description: textOf(close['description']),
      });
    },
  });
}

export const winOpportunity = closing('WinOpportunity', 1, 3);
export const loseOpportunity = closing('LoseOpportunity', 2, 4);

const WHEN = { name: 'ClosedOn', type: 'date', optional: true, description: 'Today where nothing is said.' } as const;
const WORDS = { name: 'Description', type: 'text', optional: true } as const;

function valuesOf({ target, parameters }: OperationContext) {
  return {
    id: target?.id ?? '',
    end: textOf(parameters['ClosedOn']),
    subject: '',
    description: textOf(parameters['Description']),
  };
}

/** The same for people: each fact a parameter of its own, so that a dialog can be made of them. */
export const closeAsWon = defineOperation({
  name: 'sales_CloseAsWon',
  kind: 'action',
  bound: { entity: 'opportunity' },
  parameters: [
    {
      name: 'ActualRevenue',
      type: 'decimal',
      optional: true,
      description: 'The estimated revenue where nothing is said.',
    },
    WHEN,
    WORDS,
  ],
  async run(context) {
    const revenue = context.parameters['ActualRevenue'] ?? null;
    await closeDeal(context, { ...valuesOf(context), state: 1, status: 3, revenue, competitor: undefined });
  },
});

export const closeAsLost = defineOperation({
  name: 'sales_CloseAsLost',
  kind: 'action',
  bound: { entity: 'opportunity' },
  parameters: [
    { name: 'OutSold', type: 'boolean', optional: true, description: 'Somebody else won it; else it was canceled.' },
    { name: 'Competitor', type: 'entity', entity: 'competitor', optional: true, description: 'Who won it.' },
    WHEN,
    WORDS,
  ],
  async run(context) {
    const competitor = (context.parameters['Competitor'] as NamedRow | undefined)?.id;
    const isOutSold = context.parameters['OutSold'] === true || competitor !== undefined;
    await closeDeal(context, { ...valuesOf(context), state: 2, status: isOutSold ? 5 : 4, revenue: null, competitor });
  },
});
