// Reads JSON text strictly (RFC 8259) and keeps where each value began, so that a problem can be shown with line and
// column. JSON.parse does neither that nor refuse a name that is given twice, which in a hand-written document is a mistake.
import type { Json } from '../sdk/index.ts';
import { escapeStep } from './pointer.ts';

export interface TextPosition {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

export interface ParsedJson {
  readonly value: Json | undefined;
  readonly problems: readonly (TextPosition & { readonly pointer: string; readonly message: string })[];
  /** Where the value at a JSON pointer begins (its name, for a property). */
  position(pointer: string): TextPosition | undefined;
}

class Malformed extends Error {
  readonly offset: number;
  readonly pointer: string;
  constructor(offset: number, pointer: string, message: string) {
    super(message);
    this.offset = offset;
    this.pointer = pointer;
  }
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const deepest = 200;

export function parseJson(source: string): ParsedJson {
  const text = source.codePointAt(0) === 0xfeff ? source.slice(1) : source;
  const offsets = new Map<string, number>();
  const problems: { offset: number; pointer: string; message: string }[] = [];
  let at = 0;

  const found = (): string =>
    at >= text.length ? 'the end of the file' : `"${String.fromCodePoint(text.codePointAt(at) ?? 0)}"`;
  const expected = (what: string, pointer: string): Malformed =>
    new Malformed(at, pointer, `malformed JSON: expected ${what}, found ${found()}`);
  const skipSpace = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
  };

  const parseString = (pointer: string): string => {
    let result = '';
    at++;
    for (;;) {
      const start = at;
      while (at < text.length && text[at] !== '"' && text[at] !== '\\' && text.charCodeAt(at) >= 0x20) at++;
      result += text.slice(start, at);
      const character = text[at];
      if (character === '"') {
        at++;
        return result;
      }
      if (character !== '\\')
        throw expected(at < text.length ? 'no control character inside a text' : 'the closing "\\""', pointer);
      const escape = text[at + 1] ?? '';
      if (escape === 'u') {
        const digits = text.slice(at + 2, at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw expected('four hexadecimal digits after "\\u"', pointer);
        result += String.fromCharCode(Number.parseInt(digits, 16));
        at += 6;
      } else {
        const plain = escapes[escape];
        if (plain === undefined) throw expected('one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u', pointer);
        result += plain;
        at += 2;
      }
    }
  };

  const parseObject = (pointer: string, depth: number): Json => {
    const entries: [string, Json][] = [];
    const names = new Set<string>();
    at++;
    skipSpace();
    if (text[at] === '}') {
      at++;
      return {};
    }
    for (;;) {
      skipSpace();
      if (text[at] !== '"') throw expected('a name in double quotes', pointer);
      const start = at;
      const name = parseString(pointer);
      const child = `${pointer}/${escapeStep(name)}`;
      if (names.has(name))
        problems.push({
          offset: start,
          pointer: child,
          message: `"${name}" is given twice in the same object; keep one`,
        });
      names.add(name);
      offsets.set(child, start);
      skipSpace();
      if (text[at] !== ':') throw expected('":" after the name', child);
      at++;
      entries.push([name, parseValue(child, depth + 1)]);
      skipSpace();
      if (text[at] === '}') {
        at++;
        return Object.fromEntries(entries);
      }
      if (text[at] !== ',') throw expected('"," or "}"', child);
      at++;
    }
  };

  const parseArray = (pointer: string, depth: number): Json => {
    const members: Json[] = [];
    at++;
    skipSpace();
    if (text[at] === ']') {
      at++;
      return members;
    }
    for (;;) {
      skipSpace();
      const child = `${pointer}/${members.length}`;
      offsets.set(child, at);
      members.push(parseValue(child, depth + 1));
      skipSpace();
      if (text[at] === ']') {
        at++;
        return members;
      }
      if (text[at] !== ',') throw expected('"," or "]"', child);
      at++;
    }
  };

  const parseValue = (pointer: string, depth: number): Json => {
    if (depth > deepest) throw new Malformed(at, pointer, `nested deeper than ${deepest} levels`);
    skipSpace();
    const character = text[at];
    if (character === '{') return parseObject(pointer, depth);
    if (character === '[') return parseArray(pointer, depth);
    if (character === '"') return parseString(pointer);
    const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
    word.lastIndex = at;
    const match = word.exec(text)?.[0];
    if (match === undefined) throw expected('a value', pointer);
    at += match.length;
    return match === 'true' ? true : match === 'false' ? false : match === 'null' ? null : Number(match);
  };

  let value: Json | undefined;
  try {
    offsets.set('', 0);
    value = parseValue('', 0);
    skipSpace();
    if (at < text.length) throw expected('nothing after the document', '');
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    value = undefined;
    problems.push({ offset: error.offset, pointer: error.pointer, message: error.message });
  }

  return {
    value,
    problems: problems.map(({ offset, pointer, message }) => ({ ...positionAt(text, offset), pointer, message })),
    position: (pointer) => {
      const offset = offsets.get(pointer);
      return offset === undefined ? undefined : positionAt(text, offset);
    },
  };
}

function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: offset - lastBreak };
}
