// A UUID that is no reference: keys of rows, ids of other systems.
import { defineFieldType } from 'peyvand/sdk';
import { accept } from '../../values/decoded.ts';
import { decodeUuid } from '../../values/uuid-value.ts';

interface UniqueIdOptions {
  readonly type: string;
}

export const uniqueId = defineFieldType<UniqueIdOptions>({
  name: 'unique-id',
  options: { type: 'object', additionalProperties: false, properties: {} },
  schema: { type: 'string', format: 'uuid' },
  edm: 'Edm.Guid',
  columns: () => [{ suffix: '', type: 'uuid' }],
  decode(value) {
    if (value === null) return accept(null);
    const id = decodeUuid(value);
    return 'id' in id ? accept(id.id) : id.decoded;
  },
  operators: ['eq', 'ne', 'in', 'null'],
  attribute: { code: 'Uniqueidentifier', kind: 'UniqueIdentifier' },
});
