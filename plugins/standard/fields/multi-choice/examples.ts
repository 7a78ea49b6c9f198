// Cases of the field type multi-choice for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

const options = Array.from({ length: 5 }, (_, index) => ({ value: index + 1, title: `Option ${index + 1}` }));
const many = Array.from({ length: 200 }, (_, index) => ({ value: index, title: `Option ${index}` }));

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', field: { type: 'multi-choice', options } },
    { type: 'string', field: { type: 'multi-choice', options: many } },
  ],
  valid: [
    { value: '1' },
    { value: '5' },
    { value: '1,2' },
    { value: '2,1', read: '1,2' },
    { value: '1,2,3,4,5' },
    { value: ' 1 , 3 ', read: '1,3' },
    { value: '1,1,1', read: '1' },
    { value: '3' },
    { value: '4,2,4', read: '2,4' },
    { value: '5,4,3,2,1', read: '1,2,3,4,5' },
    { value: '', read: null },
    { value: '02', read: '2' },
    { value: '0,199', definition: 1 },
  ],
  invalid: [
    { value: '6' },
    { value: '1,6' },
    { value: '1;2' },
    { value: '1,' },
    { value: ',' },
    { value: 'one' },
    { value: '1.5' },
    { value: [1] },
    { value: ['1'] },
    { value: [null] },
    { value: 1 },
    { value: true },
    { value: {} },
    { value: Array.from({ length: 151 }, (_, index) => index).join(','), definition: 1 },
  ],
  filters: [
    { filter: "Microsoft.Dynamics.CRM.ContainValues(PropertyName='f',PropertyValues=['1'])", matches: 7 },
    { filter: 'f eq null', matches: 1 },
    { filter: 'f ne null', matches: 11 },
  ],
};
