// Writes the demo organization through the engine's own operations, so that it is validated, audited and numbered like any
// other data. A second call finds it there and does nothing.
import type { Call } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { list } from '../../../core/records/list.ts';
import { retrieve } from '../../../core/records/retrieve.ts';
import { update } from '../../../core/records/update.ts';
import { loadDocumentsDemo } from './documents.ts';
import { loadLoyaltyDemo } from './loyalty.ts';
import type { DemoCurrency } from './catalog.ts';
import { demoOrganization, type DemoOptions } from './organization.ts';
import type { DemoRecord } from './record.ts';

const parallel = 4;

/** Returns how many records were made; 0 when the demo organization is there already. */
export async function loadDemo(call: Call, options: DemoOptions = {}, today: Date = new Date()): Promise<number> {
  const currencies = options.currencies ?? (await currenciesOf(call));
  const records = demoOrganization(today, { ...options, currencies }).filter((record) =>
    call.engine.model.entities.has(record.entity),
  );
  const first = records[0];
  if (!first || (await exists(call, first))) return 0;
  for (const group of groups(records)) await writeAll(call, group);
  const documents = await loadDocumentsDemo(call);
  const members = await loadLoyaltyDemo(call, records, today);
  return records.filter((record) => !record.update && !record.link).length + documents + members;
}

async function currenciesOf(call: Call): Promise<readonly DemoCurrency[]> {
  const { json } = await list(call, {
    entity: 'transactioncurrency',
    select: ['transactioncurrencyid', 'isocurrencycode', 'exchangerate'],
    sort: [{ path: ['createdon'], direction: 'asc' }],
    expand: [],
    count: false,
    annotations: { formatted: false, lookup: false },
  });
  const rows = JSON.parse(`[${json}]`) as readonly {
    readonly transactioncurrencyid: string;
    readonly isocurrencycode: string;
    readonly exchangerate: number;
  }[];
  return rows.map((row) => ({ id: row.transactioncurrencyid, code: row.isocurrencycode, rate: row.exchangerate }));
}

async function exists(call: Call, record: DemoRecord): Promise<boolean> {
  const entity = entityOf(call, record);
  const query = {
    entity: entity.name,
    select: [entity.key.name],
    sort: [],
    expand: [],
    count: false,
    annotations: { formatted: false, lookup: false },
  };
  return (await retrieve(call, query, { id: record.id })) !== undefined;
}

/** Records that may be written side by side: none names another of its group. */
function groups(records: readonly DemoRecord[]): DemoRecord[][] {
  const result: DemoRecord[][] = [];
  let group: DemoRecord[] = [];
  let ids = new Set<string>();
  for (const record of records) {
    const depends = record.update || record.link ? ids.has(record.id) : false;
    const names = Object.values(record.values).some((value) => typeof value === 'string' && ids.has(value));
    if (depends || names || group[0]?.entity !== record.entity) {
      if (group.length > 0) result.push(group);
      group = [];
      ids = new Set();
    }
    group.push(record);
    ids.add(record.id);
  }
  if (group.length > 0) result.push(group);
  return result;
}

async function writeAll(call: Call, records: readonly DemoRecord[]): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let record = records[next++]; record !== undefined; record = records[next++]) {
      await write(record.at === undefined ? call : { ...call, now: record.at }, record);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

async function write(call: Call, record: DemoRecord): Promise<void> {
  const entity = entityOf(call, record);
  if (record.link) return link(call, entity, record.id, record.link);
  const input = { values: record.values, targets: record.targets ?? {}, exact: {} };
  if (record.update) await update(call, entity, { id: record.id }, input, {});
  else await create(call, entity, input, { id: record.id });
}

async function link(
  call: Call,
  entity: Entity,
  id: string,
  { relation, to }: Required<DemoRecord>['link'],
): Promise<void> {
  const navigation = [...entity.navigation.values()].find((one) => one.relation === relation);
  if (!navigation) throw new TypeError(`${entity.name} is no side of ${relation}`);
  const target = 'id' in to ? to.id : await roleId(call, to.role);
  // A role of a plugin that is not there is nobody's.
  if (target !== undefined) await associate(call, entity, { id }, navigation.name, { id: target });
}

async function roleId(call: Call, document: string): Promise<string | undefined> {
  const { json } = await list(call, {
    entity: 'role',
    select: ['roleid'],
    filter: { kind: 'compare', path: ['document'], operator: 'eq', value: document },
    sort: [],
    expand: [],
    count: false,
    annotations: { formatted: false, lookup: false },
  });
  const [row] = JSON.parse(`[${json}]`) as readonly { readonly roleid: string }[];
  return row?.roleid;
}

function entityOf(call: Call, record: DemoRecord): Entity {
  const entity = call.engine.model.entities.get(record.entity);
  if (!entity) throw new TypeError(`the model has no ${record.entity}`);
  return entity;
}
