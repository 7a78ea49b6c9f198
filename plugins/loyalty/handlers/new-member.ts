// What a new member begins with, wherever it is made: its name, its day, the tier of everybody and what the rules give for enrolling.
import { defineHandler, type Row } from 'peyvand/sdk';
import { dayOf } from '../engine/calendar.ts';
import { earn } from '../engine/earn.ts';
import { award } from '../engine/rules.ts';
import { settle } from '../engine/settle.ts';
import { keptUntil } from '../engine/tiers.ts';
import { fail } from '../errors.ts';
import { fingerprintsOf } from '../store/fingerprints.ts';
import { loadProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { openMembers } from '../store/open-members.ts';
import { flagShared } from '../store/suspicions.ts';
import { refOf, textOf } from '../store/values.ts';
import { writeBooks } from '../store/write-books.ts';

function customerOf(value: unknown): { readonly entity?: string; readonly id: string } | undefined {
  if (typeof value === 'string') return { id: value };
  if (typeof value !== 'object' || value === null || !('id' in value)) return undefined;
  return { id: String(value.id), ...('entity' in value && { entity: String(value.entity) }) };
}

export const beginMember = defineHandler({
  name: 'begin-member',
  stage: 'before',
  message: 'create',
  entity: 'loyaltymember',
  async run({ values, system, now }) {
    const customer = customerOf(values['customerid']);
    const program = String(values['loyaltyprogramid']);
    if (!customer) return;
    const { program: own } = await loadProgram(system, program);
    const [known] = await system.list(
      'loyaltymember',
      `$select=loyaltymemberid&$filter=_loyaltyprogramid_value eq ${program} and _customerid_value eq ${customer.id}&$top=1`,
    );
    if (known) throw fail('MEMBER_ENROLLED', { id: String(known['loyaltymemberid']) });
    const referrer = typeof values['referredbyid'] === 'string' ? values['referredbyid'] : undefined;
    const by = referrer === undefined ? undefined : await system.retrieve('loyaltymember', referrer);
    if (by) requireReferrer(by, { customer: customer.id, program });
    const account = customer.entity === 'contact' ? undefined : await system.retrieve('account', customer.id);
    const contact = account ? undefined : await system.retrieve('contact', customer.id);
    const enrolledon = typeof values['enrolledon'] === 'string' ? new Date(values['enrolledon']).toISOString() : now;
    const day = dayOf(enrolledon, own);
    const lowest = own.tiers.reduce((low, tier) => (tier.rank < low.rank ? tier : low));
    Object.assign(values, await fingerprintsOf(account ?? contact ?? {}));
    values['name'] ??= (account && textOf(account, 'name')) ?? (contact && textOf(contact, 'fullname')) ?? null;
    values['enrolledon'] = enrolledon;
    // Two at once for one customer: the key lets one of them through.
    values['enrolmentkey'] = `${program}/${customer.id}`;
    values['loyaltytierid'] = lowest.id;
    values['tiersince'] = day;
    if (lowest.rank > 0) values['tieruntil'] = keptUntil(own, day, day);
  },
});

/** Throws REFERRAL_OF_ONESELF, MEMBER_NOT_FOUND for a member of another programme. */
function requireReferrer(
  by: Row,
  member: { readonly id?: string; readonly customer: string; readonly program: string },
): void {
  const id = String(by['loyaltymemberid']);
  if (refOf(by, 'loyaltyprogramid') !== member.program) throw fail('MEMBER_NOT_FOUND', { id });
  const isOneself = id === member.id || refOf(by, 'customerid') === member.customer;
  if (isOneself || (member.id !== undefined && refOf(by, 'referredbyid') === member.id))
    throw fail('REFERRAL_OF_ONESELF');
}

/** Nobody becomes their own referrer later, nor the one of who referred them. */
export const keepReferrer = defineHandler({
  name: 'keep-referrer',
  stage: 'before',
  message: 'update',
  entity: 'loyaltymember',
  changed: ['referredbyid'],
  image: ['customerid', 'loyaltyprogramid'],
  async run({ id, values, image, system }) {
    const referrer = values['referredbyid'];
    const by = typeof referrer === 'string' ? await system.retrieve('loyaltymember', referrer) : undefined;
    if (!by || !image) return;
    const [customer, program] = [refOf(image, 'customerid') ?? '', refOf(image, 'loyaltyprogramid') ?? ''];
    requireReferrer(by, { id, customer, program });
  },
});

export const welcomeMember = defineHandler({
  name: 'welcome-member',
  stage: 'after',
  message: 'create',
  entity: 'loyaltymember',
  async run({ id, values, system, now }) {
    const loaded = await loadProgram(system, String(values['loyaltyprogramid']));
    await flagShared(system, loaded, { ...values, loyaltymemberid: id }, now);
    if (!loaded.rules.some(({ event }) => event === 'enrolment')) return;
    const { program, rules, home } = loaded;
    const [member] = await openMembers(system, program, [id], 'due', now, idsOf(now));
    if (!member) return;
    const occasion = {
      event: 'enrolment',
      on: member.facts.enrolledOn,
      currency: home.code,
      member: member.facts,
    } as const;
    const awards = await award(program, rules, occasion, []);
    if (awards.length === 0) return;
    const source = { sourceType: 'enrolment', sourceId: id, sequence: 0, on: occasion.on, currency: home.code };
    earn(member.account, program, { ...source, awards }, now, member.book);
    settle(member.account, program, now, member.book);
    await writeBooks(system, loaded, [member]);
  },
});
