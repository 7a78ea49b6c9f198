// Bodies of signing in: small JSON objects of texts, every mistake told at once.
import type { Violation } from '../../../core/sdk/index.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';

const BODY_LIMIT = 16 * 1024;
const LONGEST = 256;

export type Fields = Readonly<Record<string, unknown>>;

export async function readFields(exchange: Exchange): Promise<Fields> {
  return (await readJson(exchange, BODY_LIMIT)).value;
}

/** Half a surrogate pair is no text that could be kept or compared. */
function isText(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= LONGEST &&
    !value.includes('\0') &&
    value.isWellFormed()
  );
}

/** The texts with these names; what is missing or no text goes to `details`. */
export function textsOf<K extends string>(
  fields: Fields,
  names: readonly K[],
  details: Violation[],
): Readonly<Record<K, string>> {
  const texts = {} as Record<K, string>;
  for (const name of names) {
    const text = fields[name];
    if (isText(text)) texts[name] = text;
    else {
      texts[name] = '';
      const message = `Give ${name} as a text of 1 to ${LONGEST} characters.`;
      details.push({ code: 'TEXT_EXPECTED', target: name, message });
    }
  }
  return texts;
}

/** Throws BODY_INVALID with all of them, if there are any. */
export function refuseViolations(details: readonly Violation[]): void {
  if (details.length > 0) throw fail('BODY_INVALID', { count: details.length }, { details });
}

/** A body of texts only. Throws BODY_INVALID. */
export async function readTexts<K extends string>(
  exchange: Exchange,
  names: readonly K[],
): Promise<Readonly<Record<K, string>>> {
  const details: Violation[] = [];
  const texts = textsOf(await readFields(exchange), names, details);
  refuseViolations(details);
  return texts;
}

export function checkNewPassword(password: string, target: string, details: Violation[]): void {
  if (password !== '' && (password.length < 8 || password.length > 128))
    details.push({ code: 'PASSWORD_LENGTH', target, message: 'Give 8 to 128 characters.' });
}
