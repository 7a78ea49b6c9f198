// Digits and letters that mean the same: Persian, Arabic and Latin.

/** Persian and Arabic digits → Latin. */
export function latinDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (code >= 0x6f0 ? 0x6f0 : 0x660));
  });
}

/** For comparing typed text: digits, Arabic ye and kaf, diacritics of the keyboard and ZWNJ folded; lower case. */
export function foldText(text: string): string {
  return latinDigits(text)
    .replaceAll('ي', 'ی')
    .replaceAll('ك', 'ک')
    .replace(/\u200c|\u200d|\u0640/g, '')
    .toLowerCase();
}

/**
 * Typed number → plain decimal text. Knows the group and decimal signs of Latin and Persian writing; with `decimal` `,`
 * (a language that writes 1.234,5) the roles of point and comma change.
 */
export function readNumber(text: string, decimal: string): string | undefined {
  let plain = latinDigits(text.trim())
    .replace(/[\u200e\u200f\u061c\s\u00a0\u202f'’]/g, '')
    .replaceAll('−', '-');
  if (/^\(.*\)$/.test(plain)) plain = `-${plain.slice(1, -1)}`;
  plain = plain.replaceAll('٬', '').replaceAll('٫', '.');
  plain = decimal === ',' ? plain.replaceAll('.', '').replace(',', '.') : plain.replace(/[,،]/g, '');
  if (/^[-+].*-$|^.+-$/.test(plain)) plain = `-${plain.slice(0, -1)}`;
  if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain)) return undefined;
  plain = plain
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.');
  return plain.endsWith('.') ? plain.slice(0, -1) : plain;
}
