// A lead is not put aside while a deal that came from it is still open, and opened again without the reason it was put aside for, whichever
// way its state is set.
import { defineHandler } from 'peyvand/sdk';
import { fail } from '../operations/errors.ts';

const DISQUALIFIED = 2;

export const leadRules = [
  defineHandler({
    name: 'lead-disqualified',
    stage: 'after',
    message: 'set-state',
    entity: 'lead',
    image: ['statecode'],
    async run({ system, id, image }) {
      const lead = await system.retrieve('lead', id);
      if (lead?.['statecode'] === 0 && image?.['statecode'] === DISQUALIFIED)
        await system.update('lead', id, { qualificationcomments: null });
      if (lead?.['statecode'] !== DISQUALIFIED) return;
      const open = await system.list(
        'opportunity',
        `$select=name&$filter=_originatingleadid_value eq ${id} and statecode eq 0&$top=3`,
      );
      if (open.length > 0)
        throw fail('LEAD_HAS_OPPORTUNITY', { names: open.map((row) => String(row['name'])).join('; ') });
    },
  }),
];
