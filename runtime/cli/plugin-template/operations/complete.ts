// A visit is done: its rating is kept, and the caller hears how many are still planned.
import { defineErrors, defineOperation } from 'peyvand/sdk';

const fail = defineErrors({
  SAMPLE_VISIT_DONE: { status: 409, message: 'This visit is done already.' },
});

export const complete = defineOperation({
  name: 'sample_Complete',
  kind: 'action',
  bound: { entity: 'sample_visit' },
  parameters: [{ name: 'Rating', type: 'integer' }],
  returns: { properties: [{ name: 'Planned', type: 'integer' }] },
  description: 'Closes a visit with a rating.',
  async run({ target, parameters, records }) {
    const id = target?.id ?? '';
    const visit = await records.retrieve('sample_visit', id, { lock: true });
    if (visit?.['statecode'] !== 0) throw fail('SAMPLE_VISIT_DONE');
    await records.update('sample_visit', id, {
      sample_rating: parameters['Rating'],
      statecode: 1,
      statuscode: 2,
    });
    const planned = await records.list('sample_visit', '$select=sample_name&$filter=statecode eq 0');
    return { Planned: planned.length };
  },
});
