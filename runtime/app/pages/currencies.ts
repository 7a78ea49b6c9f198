// Currencies to choose a base currency from: codes, names, symbols and decimals as Intl knows them in a language.
import type { BaseCurrency } from '../../client/auth.ts';

/** Offered first. IRT, the toman, is what prices in Iran are told in; ISO 4217 and Intl do not list it. */
const COMMON = ['USD', 'EUR', 'IRR', 'IRT', 'GBP', 'AED', 'TRY', 'CNY', 'CHF', 'CAD', 'JPY', 'INR'];
const TOMAN: Readonly<Record<string, Pick<BaseCurrency, 'name' | 'symbol'>>> = {
  fa: { name: 'تومان', symbol: 'تومان' },
  en: { name: 'Iranian Toman', symbol: 'Toman' },
};

export interface CurrencyName {
  readonly code: string;
  readonly name: string;
}

/** The name in a language; the code itself where there is none. */
function nameOf(code: string, language: string): string {
  if (code === 'IRT') return (TOMAN[language] ?? TOMAN['en'])?.name ?? code;
  return new Intl.DisplayNames(language, { type: 'currency', fallback: 'code' }).of(code) ?? code;
}

/** The common ones, those usual with the language first; then all others by code. */
export function currencyNames(language: string): readonly [readonly CurrencyName[], readonly CurrencyName[]] {
  const named = (codes: readonly string[]) => codes.map((code) => ({ code, name: nameOf(code, language) }));
  const usual = language.startsWith('fa') ? ['IRT', 'IRR'] : [];
  const first = [...new Set([...usual, ...COMMON])];
  return [named(first), named(Intl.supportedValuesOf('currency').filter((code) => !first.includes(code)))];
}

/** What is usual for the code in the language; empty and 2 for one that is not known. */
export function suggestCurrency(code: string, language: string): BaseCurrency {
  if (code === 'IRT') return { code, ...(TOMAN[language] ?? { name: code, symbol: code }), decimals: 0 };
  if (!/^[A-Z]{3}$/.test(code)) return { code, name: '', symbol: '', decimals: 2 };
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: code,
    currencyDisplay: 'narrowSymbol',
  });
  const symbol = format.formatToParts(1).find(({ type }) => type === 'currency')?.value ?? code;
  const name = nameOf(code, language);
  return {
    code,
    name: name === code ? '' : name,
    symbol,
    decimals: format.resolvedOptions().maximumFractionDigits ?? 2,
  };
}
