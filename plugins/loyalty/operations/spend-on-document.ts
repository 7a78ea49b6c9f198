// loyalty_SpendOn: points become a discount of a quote or an order; loyalty_UseVoucher: a voucher does. Both are adjustments of the document,
// so that the pricing engine takes and explains them like any other.
import { defineOperation, type NamedRow } from 'peyvand/sdk';
import { dayOf } from '../engine/calendar.ts';
import { fail } from '../errors.ts';
import { quoted } from '../store/list-all.ts';
import { decimalText, refOf, textOf } from '../store/values.ts';
import { VOUCHER } from './give-back.ts';
import { POINTS, programOf } from './redeem.ts';
import { wrong } from './read-purchases.ts';

const DOCUMENTS = ['quote', 'salesorder'];

export const spendOn = defineOperation({
  name: 'loyalty_SpendOn',
  kind: 'action',
  bound: { entity: 'loyaltymember' },
  parameters: [
    { name: 'Points', type: 'integer' },
    { name: 'Document', type: 'entity', description: 'A quote or an order.' },
    { name: 'Reference', type: 'text' },
  ],
  returns: {
    properties: [
      { name: 'Reservation', type: 'id' },
      { name: 'Value', type: 'text' },
    ],
  },
  right: 'loyalty-serve',
  async run(context): Promise<{ readonly Reservation: string; readonly Value: string }> {
    const { parameters, target, system, records, invoke, refuse } = context;
    const document = parameters['Document'] as NamedRow;
    if (!DOCUMENTS.includes(document.entity)) refuse(wrong('Document', 'Document is a quote or an order.'));
    const row = await records.retrieve(document.entity, document.id);
    if (!row) refuse(wrong('Document', 'There is no such document.'));
    const currencyid = row && refOf(row, 'transactioncurrencyid');
    const currency = currencyid === undefined ? undefined : await system.retrieve('transactioncurrency', currencyid);
    const asked = {
      Points: parameters['Points'],
      Reference: parameters['Reference'],
      Currency: (currency && textOf(currency, 'isocurrencycode')) ?? '',
      DocumentType: document.entity,
      DocumentId: document.id,
    };
    const held = (await invoke('loyalty_Reserve', asked, target)) as {
      readonly Reservation: string;
      readonly Value: string;
    };
    const source = `${POINTS}${held.Reservation}`;
    const [known] = await system.list(
      'salesadjustment',
      `$select=salesadjustmentid&$filter=source eq '${source}'&$top=1`,
    );
    if (!known) {
      await invoke('loyalty_Confirm', {}, { entity: 'loyaltyreservation', id: held.Reservation });
      await system.create('salesadjustment', {
        documentid: document,
        kind: 2,
        amount: held.Value,
        source,
        reason: String(parameters['Points']),
      });
    }
    return { Reservation: held.Reservation, Value: held.Value };
  },
});

export const applyVoucher = defineOperation({
  name: 'loyalty_UseVoucher',
  kind: 'action',
  parameters: [
    { name: 'Code', type: 'text' },
    { name: 'Document', type: 'entity' },
  ],
  returns: { properties: [{ name: 'Value', type: 'text' }] },
  right: 'loyalty-serve',
  async run({ parameters, system, records, refuse, now }): Promise<{ readonly Value: string }> {
    const document = parameters['Document'] as NamedRow;
    if (!DOCUMENTS.includes(document.entity)) refuse(wrong('Document', 'Document is a quote or an order.'));
    if (!(await records.retrieve(document.entity, document.id)))
      refuse(wrong('Document', 'There is no such document.'));
    const code = String(parameters['Code']).trim().toUpperCase().slice(0, 40);
    const [found] = await system.list('loyaltyvoucher', `$select=loyaltyvoucherid&$filter=code eq ${quoted(code)}`);
    const id = found && String(found['loyaltyvoucherid']);
    // Locked: of two tills with one voucher, one gets it.
    const voucher = id === undefined ? undefined : await system.retrieve('loyaltyvoucher', id, { lock: true });
    const refused = (reason: string) => fail('VOUCHER_NOT_USABLE', { code, reason });
    if (!voucher || id === undefined) throw refused('is not known');
    if (voucher['voucherstate'] !== 1) throw refused('is used or canceled');
    const { program } = await programOf(system, refOf(voucher, 'loyaltymemberid') ?? '');
    const until = textOf(voucher, 'validuntil');
    if (until !== undefined && until < dayOf(now, program)) throw refused(`was valid until ${until}`);
    const value = decimalText(voucher['value'] ?? 0);
    await system.update('loyaltyvoucher', id, { voucherstate: 2, documentid: document.id });
    await system.create('salesadjustment', {
      documentid: document,
      kind: 3,
      amount: value,
      source: `${VOUCHER}${code}`,
      reason: code,
    });
    return { Value: value };
  },
});
