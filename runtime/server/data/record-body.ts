// The JSON body of a record → what the operations take; a malformed one is refused with the place of the mistake.
import type { Entity } from '../../../core/model/model.ts';
import type { RecordAddress, RecordInput } from '../../../core/records/input.ts';
import { readBody as readRecordBody } from '../../../core/records/read-body.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { parseJsonObject, readJsonText } from '../body.ts';
import type { DataRequest } from './request.ts';

export async function readRecord(
  { call, exchange, references }: DataRequest,
  entity: Entity,
  address?: RecordAddress,
): Promise<RecordInput> {
  const text = await readJsonText(exchange);
  try {
    return await readRecordBody(call, entity, text, { references, ...(address && { address }) });
  } catch (fault) {
    // Parsed a second time only to say where it went wrong.
    if (fault instanceof PeyvandError && fault.code === 'BODY_NOT_JSON') parseJsonObject(text);
    throw fault;
  }
}
