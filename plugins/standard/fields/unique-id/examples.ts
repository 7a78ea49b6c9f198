// Cases of the field type unique-id for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

const id = (last: string): string => `01890a5d-ac96-774b-bcce-b302099a80${last}`;

export const examples: FieldExamples = {
  definitions: [{ type: 'string', format: 'uuid', field: { type: 'unique-id' } }],
  valid: [
    { value: id('01') },
    { value: id('02') },
    { value: id('03') },
    { value: id('0a') },
    { value: id('0B').toUpperCase(), read: id('0b') },
    { value: '00000000-0000-0000-0000-000000000000' },
    { value: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
    { value: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', read: 'ffffffff-ffff-ffff-ffff-ffffffffffff' },
    { value: '6ba7b810-9dad-11d1-80b4-00c04fd430c8' },
    { value: '6ba7b811-9dad-41d1-80b4-00c04fd430c8' },
    { value: '6ba7b812-9dad-51d1-80b4-00c04fd430c8' },
    { value: '00000001-0000-0000-0000-000000000000' },
  ],
  invalid: [
    { value: `{${id('01')}}` },
    { value: id('01').replaceAll('-', '') },
    { value: `${id('01')} ` },
    { value: id('0g') },
    { value: id('0') },
    { value: `${id('01')}\0` },
    { value: '' },
    { value: 'not an id' },
    { value: 1 },
    { value: true },
    { value: [] },
    { value: {} },
  ],
  filters: [
    { filter: `f eq ${id('01')}`, matches: 1 },
    { filter: `f eq ${id('0b')}`, matches: 1 },
    { filter: `f ne ${id('01')}`, matches: 11 },
    { filter: `f in (${id('01')},${id('02')})`, matches: 2 },
    { filter: 'f eq null', matches: 0 },
  ],
};
