// Cases of the field type owner for the contract suite; the suite makes the rows.
import type { FieldExamples } from 'peyvand/sdk';

const id = (last: string): string => `01890a5d-ac96-774b-bcce-b302099a80${last}`;

export const examples: FieldExamples = {
  definitions: [{ type: 'string', format: 'uuid', field: { type: 'owner' } }],
  valid: [
    { value: id('01'), target: 'systemuser' },
    { value: id('02'), target: 'systemuser' },
    { value: id('03'), target: 'systemuser' },
    { value: id('04'), target: 'systemuser' },
    { value: id('05'), target: 'systemuser' },
    { value: id('06'), target: 'systemuser' },
    { value: id('11'), target: 'team' },
    { value: id('12'), target: 'team' },
    { value: id('13'), target: 'team' },
    { value: id('14'), target: 'team' },
    { value: id('15'), target: 'team' },
    { value: id('16').toUpperCase(), read: id('16'), target: 'team' },
  ],
  invalid: [
    { value: 1, target: 'systemuser' },
    { value: true, target: 'systemuser' },
    { value: [], target: 'systemuser' },
    { value: {}, target: 'systemuser' },
    { value: '', target: 'systemuser' },
    { value: 'not an id', target: 'systemuser' },
    { value: `{${id('01')}`, target: 'systemuser' },
    { value: id('0g'), target: 'systemuser' },
    { value: `${id('01')}\0`, target: 'systemuser' },
    { value: id('01').slice(1), target: 'systemuser' },
    { value: id('01') },
    { value: id('01'), target: 'nothing' },
    { value: id('01'), target: 'transactioncurrency' },
  ],
  filters: [
    { filter: `_f_value eq ${id('01')}`, matches: 1 },
    { filter: `_f_value ne ${id('11')}`, matches: 11 },
    { filter: '_f_value eq null', matches: 0 },
  ],
};
