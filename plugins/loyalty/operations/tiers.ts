// Tiers: decided again for many members, set by hand for one.
import { defineOperation } from 'peyvand/sdk';
import { fail } from '../errors.ts';
import { decideTiers } from '../store/decide-tiers.ts';
import { loadProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { openMembers, overrideOf } from '../store/open-members.ts';
import { given, textOf } from '../store/values.ts';
import { writeBooks } from '../store/write-books.ts';
import { openOne, programOf } from './redeem.ts';
import { wrong } from './read-purchases.ts';

const LIMIT = 500;
const ID = /^[0-9a-f-]{36}$/i;

export const evaluateTiers = defineOperation({
  name: 'loyalty_EvaluateTiers',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    { name: 'Members', type: 'id', collection: true, optional: true, description: 'At most 500.' },
    { name: 'After', type: 'id', optional: true, description: 'Without Members: the next ones after this id.' },
  ],
  returns: {
    properties: [
      { name: 'Evaluated', type: 'integer' },
      { name: 'Changed', type: 'integer' },
      { name: 'Last', type: 'text' },
    ],
  },
  right: 'loyalty-tiers',
  description: 'Brings accounts up to date and decides their tiers. Answers where to go on; Last is empty at the end.',
  async run(context): Promise<{ readonly Evaluated: number; readonly Changed: number; readonly Last: string }> {
    const { parameters, system, now } = context;
    const loaded = await loadProgram(system, (parameters['Program'] as { readonly id: string }).id);
    const asked = parameters['Members'] as readonly string[] | undefined;
    if (asked && asked.length > LIMIT) {
      throw fail('LIST_TOO_LONG', { limit: LIMIT, what: 'members', count: asked.length });
    }
    const after = textOf(parameters, 'After');
    const from = after !== undefined && ID.test(after) ? ` and loyaltymemberid gt ${after}` : '';
    const next = asked
      ? []
      : await system.list(
          'loyaltymember',
          `$select=loyaltymemberid&$filter=_loyaltyprogramid_value eq ${loaded.program.id} and statecode eq 0${from}&$orderby=loyaltymemberid&$top=${LIMIT}`,
        );
    const ids = asked ?? next.map((row) => String(row['loyaltymemberid']));
    const members = await openMembers(system, loaded.program, ids, 'due', now, idsOf(now));
    const decisions = await decideTiers(system, loaded, members, now);
    await writeBooks(system, loaded, members, { decisions });
    const changed = members.filter(({ id, standing }) => decisions.get(id)?.tier.id !== standing?.tier.id);
    return {
      Evaluated: members.length,
      Changed: changed.length,
      Last: next.length === LIMIT ? (ids.at(-1) ?? '') : '',
    };
  },
});

export const overrideTier = defineOperation({
  name: 'loyalty_OverrideTier',
  kind: 'action',
  bound: { entity: 'loyaltymember' },
  parameters: [
    { name: 'Tier', type: 'text', optional: true, description: 'A tier’s code; left out = what is earned again.' },
    { name: 'Until', type: 'date', optional: true },
    { name: 'Reason', type: 'text', optional: true },
  ],
  right: 'loyalty-tiers',
  async run(context): Promise<void> {
    const { parameters, system, records, target, refuse, now } = context;
    const id = target?.id ?? '';
    if (!(await records.retrieve('loyaltymember', id))) throw fail('MEMBER_NOT_FOUND', { id });
    const loaded = await programOf(system, id);
    const code = textOf(parameters, 'Tier');
    const tier = loaded.program.tiers.find((one) => one.code === code);
    if (code !== undefined && !tier) {
      throw fail('TIER_UNKNOWN', {
        code: code.slice(0, 50),
        known: loaded.program.tiers.map((one) => one.code).join(', '),
      });
    }
    const reason = textOf(parameters, 'Reason')?.slice(0, 400);
    if (tier && reason === undefined) refuse(wrong('Reason', 'Who sets a tier by hand says why.'));
    const change = {
      overridetierid: tier?.id ?? null,
      overrideuntil: (tier && textOf(parameters, 'Until')) ?? null,
      overridereason: (tier && reason) ?? null,
    };
    const opened = await openOne(context, loaded, id);
    const { standing: before, ...rest } = opened;
    const override = overrideOf(given(change));
    // Without the override the tier that was set by hand is no standing to be kept.
    const standing = tier || opened.override === undefined ? before : undefined;
    const member = { ...rest, standing, override };
    const decisions = await decideTiers(system, loaded, [member], now);
    await writeBooks(system, loaded, [{ ...member, standing: before }], { decisions, more: new Map([[id, change]]) });
  },
});
