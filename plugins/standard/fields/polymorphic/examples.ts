// Cases of the field type polymorphic for the contract suite; the suite makes the rows.
import type { FieldExamples } from 'peyvand/sdk';

const id = (last: string): string => `01890a5d-ac96-774b-bcce-b302099a80${last}`;

export const examples: FieldExamples = {
  definitions: [{ type: 'string', format: 'uuid', field: { type: 'polymorphic', targets: ['account', 'contact'] } }],
  valid: [
    { value: id('01'), target: 'account' },
    { value: id('02'), target: 'account' },
    { value: id('03'), target: 'account' },
    { value: id('04'), target: 'account' },
    { value: id('05'), target: 'account' },
    { value: id('06'), target: 'account' },
    { value: id('11'), target: 'contact' },
    { value: id('12'), target: 'contact' },
    { value: id('13'), target: 'contact' },
    { value: id('14'), target: 'contact' },
    { value: id('15'), target: 'contact' },
    { value: id('16').toUpperCase(), read: id('16'), target: 'contact' },
  ],
  invalid: [
    { value: 1, target: 'account' },
    { value: true, target: 'account' },
    { value: [], target: 'account' },
    { value: {}, target: 'account' },
    { value: '', target: 'account' },
    { value: 'not an id', target: 'account' },
    { value: `{${id('01')}`, target: 'account' },
    { value: id('0g'), target: 'account' },
    { value: `${id('01')}\0`, target: 'account' },
    { value: id('01').slice(1), target: 'account' },
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
