// What all text types share: text that Postgres can hold unchanged, within the property's lengths and pattern.
import type { Decoded, JsonObject } from 'peyvand/sdk';
import { accept, refuse, refuseType } from './decoded.ts';

/** Length in Unicode code points, as JSON Schema and Postgres count it. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}

/** Postgres text cannot hold NUL, and UTF-8 has no lone surrogates: both would be lost or changed silently. */
export function unstorable(text: string): Decoded | undefined {
  if (text.includes('\0')) {
    return refuse('TEXT_NUL', 'The text contains a NUL character, which cannot be stored. Remove it.');
  }
  if (!text.isWellFormed()) {
    return refuse(
      'TEXT_SURROGATE',
      'The text contains half of a surrogate pair (a broken character). Remove or repair it.',
    );
  }
  return undefined;
}

const patterns = new WeakMap<JsonObject, { readonly source: string; readonly expression: RegExp | undefined }>();

function patternOf(
  schema: JsonObject,
): { readonly source: string; readonly expression: RegExp | undefined } | undefined {
  const source = schema['pattern'];
  if (typeof source !== 'string') return undefined;
  let known = patterns.get(schema);
  if (!known) {
    known = { source, expression: compile(source) };
    patterns.set(schema, known);
  }
  return known;
}

function compile(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'u');
  } catch {
    return undefined;
  }
}

/** Definition check: a `pattern` that does not compile. */
export function checkPattern(schema: JsonObject): readonly string[] {
  const pattern = patternOf(schema);
  return pattern && !pattern.expression
    ? [`pattern: ${JSON.stringify(pattern.source)} is not a regular expression.`]
    : [];
}

/** minLength, maxLength (with the type's default) and pattern of the property. */
export function decodeText(value: unknown, schema: JsonObject, defaultMaximum: number): Decoded {
  if (value === null) return accept(null);
  if (typeof value !== 'string') return refuseType('text', value);
  const bad = unstorable(value) ?? tooLong(value, schema, defaultMaximum);
  if (bad) return bad;
  const minimum = schema['minLength'];
  if (typeof minimum === 'number' && codePoints(value) < minimum) {
    return refuse('TEXT_SHORT', `The text has ${codePoints(value)} characters; at least ${minimum} are needed.`);
  }
  const pattern = patternOf(schema);
  if (pattern?.expression && !pattern.expression.test(value)) {
    return refuse('TEXT_PATTERN', `The text does not match the pattern ${pattern.source}.`);
  }
  return accept(value);
}

export function tooLong(value: string, schema: JsonObject, defaultMaximum: number): Decoded | undefined {
  const maximum = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : defaultMaximum;
  // No text has more code points than code units: counting is for the few long ones only.
  if (value.length <= maximum) return undefined;
  const length = codePoints(value);
  if (length <= maximum) return undefined;
  return refuse('TEXT_LONG', `The text has ${length} characters; at most ${maximum} are allowed. Shorten it.`);
}
