// Cases of the field type file for the contract suite. A record can only remove its file: bytes have their own address.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', format: 'uuid', field: { type: 'file' } },
    { type: 'string', format: 'uuid', field: { type: 'file', maxSize: 1024, accept: ['application/pdf', 'text/*'] } },
  ],
  valid: [{ value: null }, { value: null, definition: 1 }],
  invalid: [
    { value: '01890a5d-ac96-774b-bcce-b302099a8001' },
    { value: '00000000-0000-0000-0000-000000000000' },
    { value: 'data:image/png;base64,AAAA' },
    { value: 'name.png' },
    { value: '' },
    { value: 0 },
    { value: 1 },
    { value: true },
    { value: false },
    { value: [] },
    { value: {} },
    { value: { id: '01890a5d-ac96-774b-bcce-b302099a8001', name: 'a.png' }, definition: 1 },
  ],
  filters: [
    { filter: 'f eq null', matches: 1 },
    { filter: 'f ne null', matches: 0 },
  ],
};
