// Cases of the field type lookup for the contract suite; the suite makes the rows.
import type { FieldExamples } from 'peyvand/sdk';

const id = (last: string): string => `01890a5d-ac96-774b-bcce-b302099a80${last}`;

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', format: 'uuid', field: { type: 'lookup', target: 'account' } },
    {
      type: 'string',
      format: 'uuid',
      field: { type: 'lookup', target: 'contact', relation: { delete: 'restrict', index: false } },
    },
  ],
  valid: [
    { value: id('01') },
    { value: id('02') },
    { value: id('03') },
    { value: id('04') },
    { value: id('05') },
    { value: id('06') },
    { value: id('07') },
    { value: id('08') },
    { value: id('09') },
    { value: id('0a') },
    { value: id('0b').toUpperCase(), read: id('0b') },
    { value: id('0c'), target: 'account' },
    { value: id('21'), definition: 1 },
  ],
  invalid: [
    { value: 1 },
    { value: true },
    { value: [] },
    { value: {} },
    { value: '' },
    { value: 'not an id' },
    { value: `{${id('01')}` },
    { value: id('0g') },
    { value: `${id('01')}\0` },
    { value: id('01').slice(1) },
    { value: id('01'), target: 'contact' },
    { value: id('01'), target: 'nothing' },
    { value: id('01'), target: 'account', definition: 1 },
  ],
  filters: [
    { filter: `_f_value eq ${id('01')}`, matches: 1 },
    { filter: `_f_value ne ${id('01')}`, matches: 11 },
    { filter: '_f_value eq null', matches: 0 },
    { filter: `f/accountid eq ${id('02')}`, matches: 1 },
  ],
};
