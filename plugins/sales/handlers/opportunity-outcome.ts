// What follows when a deal is won, lost or opened again, whichever way its state was set: its actual figures, its forecast category,
// its close activity, and on the first win the account becomes a customer.
import { defineHandler, type HandlerContext, type NamedRow, type Records, type Row } from 'peyvand/sdk';
import { dayIn } from '../today.ts';

export const FORECAST = {
  pipeline: 100_000_001,
  bestCase: 100_000_002,
  committed: 100_000_003,
  omitted: 100_000_004,
  won: 100_000_005,
  lost: 100_000_006,
} as const;
/** How likely a deal is to be won in each sales stage, where nobody says otherwise. */
const LIKELY = [10, 30, 60, 80];
const PROSPECT = 8;
const CUSTOMER = 3;

function likelihood(stage: unknown): number | null {
  return LIKELY[Number(stage)] ?? null;
}

/** A new stage brings its probability, unless the same write says another. */
function weigh({ values }: HandlerContext): void {
  if ('salesstage' in values && !('closeprobability' in values))
    values['closeprobability'] = likelihood(values['salesstage']);
}

async function customerOf(system: Records, deal: Row): Promise<void> {
  const isAccount = deal['customerid_type'] === 'account';
  const id = isAccount ? deal['customerid'] : deal['parentaccountid'];
  if (typeof id !== 'string') return;
  const account = await system.retrieve('account', id);
  const kind = account?.['customertypecode'] ?? PROSPECT;
  if (account && kind === PROSPECT) await system.update('account', id, { customertypecode: CUSTOMER });
}

function ownerOf(deal: Row): { readonly ownerid: NamedRow } | undefined {
  const id = deal['ownerid'];
  return typeof id === 'string' ? { ownerid: { entity: String(deal['ownerid_type'] ?? 'systemuser'), id } } : undefined;
}

/** The close activity that an action has begun is completed; a state that was set by hand gets one of its own. */
async function recordClose(context: HandlerContext, deal: Row, figures: Row): Promise<void> {
  const { system, id, now } = context;
  const facts = {
    opportunitystatecode: deal['statecode'],
    opportunitystatuscode: deal['statuscode'],
    actualrevenue: figures['actualvalue'] ?? null,
    closedon: figures['actualclosedate'],
    actualend: now,
    statecode: 1,
  };
  const [begun] = await system.list(
    'opportunityclose',
    `$select=activityid,_competitorid_value&$filter=_opportunityid_value eq ${id} and statecode eq 0&$top=1`,
  );
  if (typeof begun?.['activityid'] === 'string') {
    await linkCompetitor(context, begun['_competitorid_value']);
    return system.update('opportunityclose', begun['activityid'], facts);
  }
  await system.create('opportunityclose', {
    ...facts,
    subject: deal['name'],
    opportunityid: id,
    regardingobjectid: { entity: 'opportunity', id },
    ...(typeof deal['transactioncurrencyid'] === 'string' && { transactioncurrencyid: deal['transactioncurrencyid'] }),
    ...ownerOf(deal),
  });
}

/** Whom it was lost to was a competitor of it, so that their figures count it. */
async function linkCompetitor({ system, id }: HandlerContext, competitor: unknown): Promise<void> {
  if (typeof competitor !== 'string') return;
  const row = { entity: 'competitor', id: competitor };
  await system.associate('opportunity', id, 'opportunitycompetitors_association', row);
}

/** Closes of a deal that is open again stay, and count no more. */
async function takeBackCloses({ system, id }: HandlerContext): Promise<void> {
  const query = `$select=activityid&$filter=_opportunityid_value eq ${id} and (reopened eq false or reopened eq null)`;
  for (const close of await system.list('opportunityclose', query))
    await system.update('opportunityclose', String(close['activityid']), { reopened: true });
}

async function settle(context: HandlerContext, before: unknown): Promise<void> {
  const { system, id, timeZone, now } = context;
  const deal = await system.retrieve('opportunity', id);
  if (!deal || deal['statecode'] === before) return;
  if (deal['statecode'] === 0) {
    const open = { actualvalue: null, actualclosedate: null, msdyn_forecastcategory: FORECAST.pipeline };
    await takeBackCloses(context);
    return system.update('opportunity', id, { ...open, closeprobability: likelihood(deal['salesstage']) });
  }
  const isWon = deal['statecode'] === 1;
  // A deal that is lost earned nothing, unless somebody says otherwise.
  const figures = {
    actualvalue: deal['actualvalue'] ?? (isWon ? (deal['estimatedvalue'] ?? null) : null),
    actualclosedate: deal['actualclosedate'] ?? dayIn(timeZone, now),
    closeprobability: isWon ? 100 : 0,
    msdyn_forecastcategory: isWon ? FORECAST.won : FORECAST.lost,
  };
  await system.update('opportunity', id, figures);
  await recordClose(context, deal, figures);
  if (isWon) await customerOf(system, deal);
}

export const opportunityOutcome = [
  defineHandler({ name: 'stage-probability', stage: 'before', message: 'create', entity: 'opportunity', run: weigh }),
  defineHandler({
    name: 'new-stage-probability',
    stage: 'before',
    message: 'update',
    entity: 'opportunity',
    changed: ['salesstage'],
    run: weigh,
  }),
  defineHandler({
    name: 'opportunity-closed',
    stage: 'after',
    message: 'set-state',
    entity: 'opportunity',
    image: ['statecode'],
    run: (context: HandlerContext) => settle(context, context.image?.['statecode']),
  }),
  defineHandler({
    name: 'opportunity-made-closed',
    stage: 'after',
    message: 'create',
    entity: 'opportunity',
    run: (context) =>
      'statecode' in context.values || 'statuscode' in context.values ? settle(context, 0) : undefined,
  }),
];
