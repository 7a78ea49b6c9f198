// loyalty_DecideSuspicion: somebody looked at what seemed wrong. A purchase that waited is posted or never will be; members who look like
// one are left alone or frozen.
import { defineOperation } from 'peyvand/sdk';
import { fail } from '../errors.ts';
import { loadProgram } from '../store/load-program.ts';
import { refOf, textOf } from '../store/values.ts';
import { post } from './post-purchases.ts';
import { readPurchases, wrong } from './read-purchases.ts';

export const decideSuspicion = defineOperation({
  name: 'loyalty_DecideSuspicion',
  kind: 'action',
  bound: { entity: 'loyaltysuspicion' },
  parameters: [
    {
      name: 'Release',
      type: 'boolean',
      description: 'False rejects it: its purchase earns nothing, its member is frozen.',
    },
    { name: 'Reason', type: 'text', optional: true },
  ],
  returns: { properties: [{ name: 'Points', type: 'integer' }] },
  right: 'loyalty-adjust',
  async run(context): Promise<{ readonly Points: number }> {
    const { parameters, system, target, records, refuse, userId, now } = context;
    const id = target?.id ?? '';
    const seen = await records.retrieve('loyaltysuspicion', id);
    const row = seen && (await system.retrieve('loyaltysuspicion', id, { lock: true }));
    if (!row) throw fail('SUSPICION_NOT_FOUND', { id });
    if (row['suspicionstate'] !== 1) throw fail('SUSPICION_DECIDED');
    const isReleased = parameters['Release'] === true;
    const note = textOf(parameters, 'Reason')?.slice(0, 400);
    if (!isReleased && note === undefined) refuse(wrong('Reason', 'Who rejects says why.'));
    const purchase = row['purchase'] ?? undefined;
    let points = 0;
    if (purchase !== undefined && isReleased) {
      const loaded = await loadProgram(system, refOf(row, 'loyaltyprogramid') ?? '');
      const { purchases, violations } = readPurchases([purchase], loaded);
      if (violations.length > 0) refuse(...violations);
      points = (await post(context, loaded, purchases, { released: true })).Points;
    } else if (purchase === undefined && !isReleased) {
      const member = refOf(row, 'loyaltymemberid') ?? '';
      await system.update('loyaltymember', member, { frozen: true, freezereason: note ?? null });
    }
    const suspicionstate = isReleased ? 2 : 3;
    await system.update('loyaltysuspicion', id, {
      suspicionstate,
      decidedbyid: userId,
      decidedon: now,
      note: note ?? null,
    });
    return { Points: points };
  },
});
