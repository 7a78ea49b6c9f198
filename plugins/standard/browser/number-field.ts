// What the number types share: reading typed digits of any script exactly, and showing them by the locale.
import type { FieldContext, FieldMetadata, FieldValue, Parsed } from 'peyvand/ui';
import type { TextCodec } from './typed-input.ts';

/** Texts every number type carries; reached as `field.<type>.<key>`. */
export const numberStrings = {
  en: {
    notNumber: 'This is not a number. Write it like 1234.5.',
    whole: 'Only whole numbers are allowed here.',
    decimals: 'At most {count} decimals are kept here. Round the number.',
    small: 'The number must be {limit} or more.',
    large: 'The number must be {limit} or less.',
  },
  fa: {
    notNumber: 'این عدد نیست. مانند ۱۲۳۴٫۵ بنویسید.',
    whole: 'این‌جا فقط عدد صحیح پذیرفته می‌شود.',
    decimals: 'این‌جا حداکثر {count} رقم اعشار نگه داشته می‌شود. عدد را گرد کنید.',
    small: 'عدد باید {limit} یا بیشتر باشد.',
    large: 'عدد باید {limit} یا کمتر باشد.',
  },
} as const;

/** Plain decimal text → a number where that keeps every digit, else the text itself. */
export function exactValue(text: string): number | string {
  const short = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  const value = Number(short);
  return String(value) === short ? value : short;
}

export function parseNumber(text: string, decimals: number, field: FieldMetadata, context: FieldContext): Parsed {
  const { locale } = context;
  const say = (key: string, parameters?: Readonly<Record<string, string | number>>): Parsed => ({
    message: locale.t(`field.${field.type}.${key}`, parameters),
  });
  const plain = locale.parseNumber(text);
  if (plain === undefined) return say('notNumber');
  const value = exactValue(plain);
  const kept = String(value).split('.')[1]?.length ?? 0;
  if (kept > decimals) return decimals === 0 ? say('whole') : say('decimals', { count: decimals });
  if (field.minimum !== undefined && Number(value) < field.minimum) {
    return say('small', { limit: locale.number(field.minimum) });
  }
  if (field.maximum !== undefined && Number(value) > field.maximum) {
    return say('large', { limit: locale.number(field.maximum) });
  }
  return { value };
}

export interface NumberStyle {
  /** Decimals kept. */
  readonly decimals: number;
  /** Decimals always shown. */
  readonly shown?: number;
  readonly grouping?: boolean;
}

export function formatNumber(value: FieldValue, style: NumberStyle, context: FieldContext): string {
  return context.locale.number(value as number | string, {
    minimumFractionDigits: style.shown ?? 0,
    maximumFractionDigits: Math.max(style.decimals, style.shown ?? 0),
    useGrouping: style.grouping ?? true,
  });
}

export function numberCodec(style: NumberStyle, field: FieldMetadata, context: FieldContext): TextCodec {
  return {
    show: (value) => formatNumber(value, style, context),
    edit: (value) => formatNumber(value, { decimals: style.decimals, grouping: false }, context),
    parse: (text) => parseNumber(text, style.decimals, field, context),
  };
}

/** Options are unknown to the contract: a number among them, or a default. */
export function numberOption(field: FieldMetadata, name: string, otherwise: number): number {
  const value = field.options[name];
  return typeof value === 'number' ? value : otherwise;
}

export const bareLiteral = (value: FieldValue): string => String(value);
