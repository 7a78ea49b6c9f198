// Points given or taken by hand. Beyond the programme's limit the adjustment waits for a second person.
import { defineOperation, type OperationContext } from 'peyvand/sdk';
import { adjust } from '../engine/redeem.ts';
import { expiryFor } from '../engine/expiry.ts';
import type { Purse } from '../engine/model.ts';
import { settle } from '../engine/settle.ts';
import { fail } from '../errors.ts';
import { PURSES } from '../store/codes.ts';
import type { LoadedProgram } from '../store/load-program.ts';
import type { OpenMember } from '../store/open-members.ts';
import { bigOf, codeOf, given, refOf, textOf, wholeOf, wordOf } from '../store/values.ts';
import { writeBooks } from '../store/write-books.ts';
import { openOne, programOf, refuseRefusal, requireThawed } from './redeem.ts';
import { wrong } from './read-purchases.ts';

interface Adjusted {
  readonly Adjustment: string;
  /** False: it waits for a second person. */
  readonly Applied: boolean;
}

const RETURNS = {
  properties: [
    { name: 'Adjustment', type: 'id' },
    { name: 'Applied', type: 'boolean' },
  ],
} as const;

export const adjustPoints = defineOperation({
  name: 'loyalty_Adjust',
  kind: 'action',
  bound: { entity: 'loyaltymember' },
  parameters: [
    { name: 'Points', type: 'integer', description: 'Below zero takes points away.' },
    { name: 'Reason', type: 'text' },
    { name: 'Promotional', type: 'boolean', optional: true },
  ],
  returns: RETURNS,
  right: 'loyalty-adjust',
  async run(context): Promise<Adjusted> {
    const { parameters, system, target, records, refuse, userId } = context;
    const id = target?.id ?? '';
    if (!(await records.retrieve('loyaltymember', id))) throw fail('MEMBER_NOT_FOUND', { id });
    const points = bigOf(parameters['Points']) ?? 0n;
    const reason = String(parameters['Reason']).trim().slice(0, 400);
    if (points === 0n) refuse(wrong('Points', 'Points is a whole number other than 0.'));
    if (reason === '') refuse(wrong('Reason', 'An adjustment says why.'));
    const loaded = await programOf(system, id);
    const member = await openOne(context, loaded, id);
    requireThawed(member);
    const purse: Purse = parameters['Promotional'] === true ? 'promo' : 'spendable';
    const isSmall = (points < 0n ? -points : points) <= loaded.adjustLimit;
    const adjustment = await system.create('loyaltyadjustment', {
      loyaltymemberid: id,
      reason,
      points: String(points),
      purse: codeOf(PURSES, purse),
      adjustmentstate: isSmall ? 2 : 1,
      askedbyid: userId,
      ...(isSmall && { decidedbyid: userId, decidedon: context.now }),
    });
    if (isSmall) await apply(context, loaded, member, { id: adjustment, points, purse, reason });
    return { Adjustment: adjustment, Applied: isSmall };
  },
});

export const decideAdjustment = defineOperation({
  name: 'loyalty_DecideAdjustment',
  kind: 'action',
  bound: { entity: 'loyaltyadjustment' },
  parameters: [{ name: 'Agree', type: 'boolean' }],
  returns: RETURNS,
  right: 'loyalty-adjust',
  async run(context): Promise<Adjusted> {
    const { parameters, system, target, records, userId, now } = context;
    const id = target?.id ?? '';
    const seen = await records.retrieve('loyaltyadjustment', id);
    const row = seen && (await system.retrieve('loyaltyadjustment', id, { lock: true }));
    if (!row) throw fail('ADJUSTMENT_NOT_FOUND', { id });
    if (row['adjustmentstate'] !== 1) throw fail('ADJUSTMENT_DECIDED');
    if (refOf(row, 'askedbyid') === userId) throw fail('ADJUSTMENT_SAME_PERSON');
    const isAgreed = parameters['Agree'] === true;
    if (isAgreed) {
      const owner = refOf(row, 'loyaltymemberid') ?? '';
      const loaded = await programOf(system, owner);
      const member = await openOne(context, loaded, owner);
      requireThawed(member);
      await apply(context, loaded, member, {
        id,
        points: wholeOf(row, 'points'),
        purse: wordOf(PURSES, row['purse'], 'spendable'),
        reason: textOf(row, 'reason') ?? '',
      });
    }
    const adjustmentstate = isAgreed ? 2 : 3;
    await system.update('loyaltyadjustment', id, { adjustmentstate, decidedbyid: userId, decidedon: now });
    return { Adjustment: id, Applied: isAgreed };
  },
});

async function apply(
  { system, now }: Pick<OperationContext, 'system' | 'now'>,
  loaded: LoadedProgram,
  member: OpenMember,
  asked: { readonly id: string; readonly points: bigint; readonly purse: Purse; readonly reason: string },
): Promise<void> {
  const { expires } = expiryFor(loaded.program, now);
  const adjustment = { ...asked, currency: loaded.home.code, on: now, ...given({ expires }) };
  const refusal = adjust(member.account, adjustment, member.book);
  if (refusal) refuseRefusal(refusal, asked.points < 0n ? -asked.points : asked.points);
  settle(member.account, loaded.program, now, member.book);
  await writeBooks(system, loaded, [member]);
}

export const freezeMember = defineOperation({
  name: 'loyalty_Freeze',
  kind: 'action',
  bound: { entity: 'loyaltymember' },
  parameters: [
    { name: 'Frozen', type: 'boolean' },
    { name: 'Reason', type: 'text', optional: true },
  ],
  right: 'loyalty-adjust',
  description: 'A frozen member earns, and neither spends nor is adjusted.',
  async run({ parameters, records, system, target }): Promise<void> {
    const id = target?.id ?? '';
    if (!(await records.retrieve('loyaltymember', id))) throw fail('MEMBER_NOT_FOUND', { id });
    const isFrozen = parameters['Frozen'] === true;
    const freezereason = isFrozen ? (textOf(parameters, 'Reason')?.slice(0, 400) ?? null) : null;
    await system.update('loyaltymember', id, { frozen: isFrozen, freezereason });
  },
});
