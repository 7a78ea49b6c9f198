// loyalty_Enroll: a customer becomes a member. A second time answers the member that is there.
import { defineOperation, type NamedRow } from 'peyvand/sdk';
import { fail } from '../errors.ts';
import { given, textOf } from '../store/values.ts';
import { wrong } from './read-purchases.ts';

export const enroll = defineOperation({
  name: 'loyalty_Enroll',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    { name: 'Customer', type: 'entity', description: 'An account or contact.' },
    { name: 'ReferredBy', type: 'entity', entity: 'loyaltymember', optional: true },
    { name: 'BirthDate', type: 'date', optional: true },
    { name: 'Segment', type: 'text', optional: true },
    { name: 'Household', type: 'text', optional: true },
    { name: 'On', type: 'date-time', optional: true, description: 'Members of before; left out = now.' },
  ],
  returns: { type: 'entity', entity: 'loyaltymember' },
  right: 'loyalty-serve',
  async run({ parameters, records, system, refuse, now }): Promise<NamedRow> {
    const program = parameters['Program'] as NamedRow;
    const customer = parameters['Customer'] as NamedRow;
    if (customer.entity !== 'account' && customer.entity !== 'contact') {
      refuse(wrong('Customer', 'Customer is an account or a contact.'));
    }
    const own = `_loyaltyprogramid_value eq ${program.id} and _customerid_value eq ${customer.id}`;
    const [known] = await system.list('loyaltymember', `$select=loyaltymemberid&$filter=${own}&$top=1`);
    if (known) return { entity: 'loyaltymember', id: String(known['loyaltymemberid']) };
    if (!(await records.retrieve('loyaltyprogram', program.id))) throw fail('PROGRAM_NOT_FOUND', { id: program.id });
    const referrer = parameters['ReferredBy'] as NamedRow | undefined;
    const on = textOf(parameters, 'On');
    const id = await records.create('loyaltymember', {
      loyaltyprogramid: program.id,
      customerid: customer,
      enrolledon: on === undefined ? now : new Date(on).toISOString(),
      ...given({
        referredbyid: referrer?.id,
        birthdate: textOf(parameters, 'BirthDate'),
        segment: textOf(parameters, 'Segment')?.slice(0, 50),
        household: textOf(parameters, 'Household')?.slice(0, 100),
      }),
    });
    return { entity: 'loyaltymember', id };
  },
});
