/** Persian and Arabic digits → Latin. */
export declare function latinDigits(text: string): string;
/** For comparing typed text: digits, Arabic ye and kaf, diacritics of the keyboard and ZWNJ folded; lower case. */
export declare function foldText(text: string): string;
/**
 * Typed number → plain decimal text. Knows the group and decimal signs of Latin and Persian writing; with `decimal` `,`
 * (a language that writes 1.234,5) the roles of point and comma change.
 */
export declare function readNumber(text: string, decimal: string): string | undefined;
