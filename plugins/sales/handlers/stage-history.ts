// Keeps the way of each deal through the sales stages: when it came to one, when it left it and what came after. The funnel reads
// these rows; nobody else writes them.
import { defineHandler, type HandlerContext, type Row } from 'peyvand/sdk';

export const OUTCOME = { still: 0, onward: 1, back: 2, won: 3, lost: 4 } as const;
const DAY = 86_400_000;

async function leave({ system, id, now }: HandlerContext, last: Row, outcome: number): Promise<void> {
  const query = `$select=opportunitystagehistoryid,enteredon&$filter=_opportunityid_value eq ${id} and lefton eq null&$orderby=enteredon desc&$top=1`;
  const [current] = await system.list('opportunitystagehistory', query);
  // A deal that was there before its way was kept: since it was made.
  const enteredon = String(current?.['enteredon'] ?? last['stageenteredon'] ?? last['createdon'] ?? now);
  const days = Math.max(0, Math.round(((Date.parse(now) - Date.parse(enteredon)) / DAY) * 100) / 100);
  const left = { lefton: now, days, outcome };
  const row = current?.['opportunitystagehistoryid'];
  if (typeof row === 'string') return system.update('opportunitystagehistory', row, left);
  await system.create('opportunitystagehistory', { ...entry(id, last, enteredon), ...left });
}

function entry(id: string, deal: Row, enteredon: string): Row {
  return {
    name: deal['name'],
    opportunityid: id,
    salesstage: deal['salesstage'] ?? 0,
    enteredon,
    estimatedvalue_entered: deal['estimatedvalue_base'] ?? null,
  };
}

async function enter({ system, id, now }: HandlerContext, deal: Row): Promise<void> {
  await system.create('opportunitystagehistory', entry(id, deal, now));
}

async function begin(context: HandlerContext): Promise<void> {
  const deal = await context.system.retrieve('opportunity', context.id);
  if (!deal) return;
  await enter(context, deal);
  if (deal['statecode'] !== 0) await leave(context, deal, deal['statecode'] === 1 ? OUTCOME.won : OUTCOME.lost);
}

async function move(context: HandlerContext): Promise<void> {
  const last = context.image ?? {};
  const deal = await context.system.retrieve('opportunity', context.id);
  if (!deal || deal['statecode'] !== 0 || last['statecode'] !== 0) return;
  const isOnward = Number(deal['salesstage'] ?? 0) > Number(last['salesstage'] ?? 0);
  await leave(context, last, isOnward ? OUTCOME.onward : OUTCOME.back);
  await enter(context, deal);
}

async function close(context: HandlerContext): Promise<void> {
  const last = context.image ?? {};
  const deal = await context.system.retrieve('opportunity', context.id);
  if (!deal || deal['statecode'] === last['statecode']) return;
  if (deal['statecode'] === 0) return enter(context, deal);
  if (last['statecode'] === 0) await leave(context, last, deal['statecode'] === 1 ? OUTCOME.won : OUTCOME.lost);
}

const stamp = ({ values, now }: HandlerContext): void => void (values['stageenteredon'] = now);
const entity = 'opportunity';
const image = ['name', 'salesstage', 'statecode', 'stageenteredon', 'createdon', 'estimatedvalue'];

export const stageHistory = [
  defineHandler({ name: 'stage-entered', stage: 'before', message: 'create', entity, run: stamp }),
  defineHandler({
    name: 'stage-moved',
    stage: 'before',
    message: 'update',
    entity,
    changed: ['salesstage'],
    run: stamp,
  }),
  defineHandler({ name: 'stage-begun', stage: 'after', message: 'create', entity, run: begin }),
  defineHandler({
    name: 'stage-left',
    stage: 'after',
    message: 'update',
    entity,
    changed: ['salesstage'],
    image,
    run: move,
  }),
  defineHandler({ name: 'stage-closed', stage: 'after', message: 'set-state', entity, image, run: close }),
];
