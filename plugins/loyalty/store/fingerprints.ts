// What tells that two customers are one: e-mail address, telephone number and address, however they are spelt. Kept with members as
// fingerprints, which say that two are the same and not what they are.
import type { Row } from 'peyvand/sdk';
import { textOf } from './values.ts';

export interface Fingerprints {
  readonly emailkey: string | null;
  readonly phonekey: string | null;
  readonly addresskey: string | null;
}

/** Fields of customers that they are made of. */
export const CONTACT_FIELDS = [
  'emailaddress1',
  'mobilephone',
  'telephone1',
  'address1_line1',
  'address1_city',
  'address1_postalcode',
];

/** Digits of a telephone number that count, from its end: without +98, 0098 or 0. */
const PHONE_DIGITS = 10;

/** Of an account's or contact's row. */
export async function fingerprintsOf(customer: Row): Promise<Fingerprints> {
  const email = letters(textOf(customer, 'emailaddress1') ?? '').replace(/\s/g, '');
  const phone = letters(textOf(customer, 'mobilephone') ?? textOf(customer, 'telephone1') ?? '').replace(/\D/g, '');
  const line = words(textOf(customer, 'address1_line1') ?? '');
  const place = words(textOf(customer, 'address1_postalcode') ?? textOf(customer, 'address1_city') ?? '');
  return {
    emailkey: email.includes('@') ? await print('email', email) : null,
    phonekey: phone.length >= 7 ? await print('phone', phone.slice(-PHONE_DIGITS)) : null,
    addresskey: line !== '' && place !== '' ? await print('address', `${line}|${place}`) : null,
  };
}

/** Small, digits of every script as 0 to 9, Arabic letters as the Persian ones. */
function letters(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replaceAll('ي', 'ی')
    .replaceAll('ك', 'ک');
}

const words = (text: string): string => letters(text).replace(/[^\p{L}\p{N}]/gu, '');

async function print(kind: string, text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`${kind} ${text}`));
  return Array.from(new Uint8Array(digest).subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
