// Exact decimal text: reading numbers as people write them, and scaling without binary floating point.
import { latinDigits } from './read-date.ts';

/** Canonical decimal text (`-1234.5`) of a number written with these signs, or undefined. */
export function readDecimal(text: string, decimal: string, group: string | undefined): string | undefined {
  let plain = latinDigits(text.trim());
  if (group !== undefined) plain = plain.replaceAll(group, '');
  if (decimal !== '.') {
    if (plain.includes('.')) return undefined;
    plain = plain.replace(decimal, '.');
  }
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(plain);
  return match ? compose(match[1] === '-', match[2] ?? '', match[3] ?? '') : undefined;
}

/** The exact product of two decimal texts. */
export function multiply(left: string, right: string): string {
  const [a, b] = [split(left), split(right)];
  const product = (a.digits * b.digits).toString().padStart(a.scale + b.scale + 1, '0');
  const cut = product.length - a.scale - b.scale;
  return compose(a.negative !== b.negative, product.slice(0, cut), product.slice(cut));
}

function split(text: string): { negative: boolean; digits: bigint; scale: number } {
  const [whole = '0', fraction = ''] = text.replace(/^[+-]/, '').split('.');
  return { negative: text.startsWith('-'), digits: BigInt(whole + fraction), scale: fraction.length };
}

function compose(negative: boolean, whole: string, fraction: string): string {
  const left = whole.replace(/^0+(?=\d)/, '');
  const right = fraction.replace(/0+$/, '');
  const text = right ? `${left}.${right}` : left;
  return negative && /[1-9]/.test(text) ? `-${text}` : text;
}
