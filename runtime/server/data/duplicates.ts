// What clients say and ask about duplicates: the header of the Dataverse Web API, and the duplicates of one row.
import { duplicatesOf } from '../../../core/duplicates/guard.ts';
import type { Entity } from '../../../core/model/model.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { notFound, resolveAddress } from '../../../core/records/resolve-address.ts';
import { answerOData } from '../answer.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import type { DataRequest } from './request.ts';

const HEADER = 'MSCRM.SuppressDuplicateDetection';

/** Detection is off unless the header says `false`: so do clients of the Dataverse Web API expect it. */
export function detectsDuplicates(exchange: Exchange): boolean {
  const said = header(exchange, HEADER.toLowerCase())?.trim().toLowerCase();
  if (said === undefined || said === 'true') return false;
  if (said === 'false') return true;
  throw fail('HEADER_INVALID', { name: HEADER, reason: 'it is true or false' });
}

/** GET accounts(<id>)/peyvand.duplicates */
export async function duplicatesOfRow(request: DataRequest, entity: Entity, address: RecordAddress): Promise<Response> {
  const { call, reading } = request;
  const id = await resolveAddress(call, entity, address);
  const value = id === undefined ? undefined : await duplicatesOf(call, entity, id);
  if (!value) throw notFound(entity, address);
  const context = `${reading.root}/$metadata#Collection(Peyvand.Duplicate)`;
  return answerOData(200, JSON.stringify({ '@odata.context': context, value }));
}
