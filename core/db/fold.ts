// One spelling of a text, for comparing what people mean by it: letters of any case, Arabic and Persian variants, digits of
// any script and marks fold together (`plain`, what conditions compare); for duplicate rules punctuation too (`fold`). Written
// twice, as an immutable SQL function (indexes are made on it) and in TypeScript; a property test holds the two to each
// other. A change of either needs a new name (`_fold_2`): the indexes of the old one would hold what it made.
import { ident, literal, qualified } from './identifier.ts';

const PLAIN = '_plain_1';
const FOLD = '_fold_1';
const PHONE = '_phone_1';
const SOUND = '_sound_1';
const ALIKE = '_alike_1';
const HEARD = '_heard_1';
const SIMILARITY = '_similarity_1';

/** Digits of a telephone number that count, from its end: without +98, 0098 or 0. */
const PHONE_DIGITS = 10;

type Range = readonly [from: number, to: number];

/** What is left out: combining marks, tatweel, the lone hamza, joiners, marks of direction, soft hyphens. */
const MARKS: readonly Range[] = [
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x483, 0x487],
  [0x591, 0x5bd],
  [0x5bf, 0x5bf],
  [0x5c1, 0x5c2],
  [0x5c4, 0x5c5],
  [0x610, 0x61a],
  [0x61c, 0x61c],
  [0x621, 0x621],
  [0x640, 0x640],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6dc],
  [0x6df, 0x6e8],
  [0x6ea, 0x6ed],
  [0x8d3, 0x8ff],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
];

/** What parts words: white space, punctuation, symbols. */
const SEPARATORS: readonly Range[] = [
  [0x01, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x60],
  [0x7b, 0xa9],
  [0xab, 0xac],
  [0xae, 0xb1],
  [0xb4, 0xb4],
  [0xb6, 0xb8],
  [0xbb, 0xbb],
  [0xbf, 0xbf],
  [0xd7, 0xd7],
  [0xf7, 0xf7],
  [0x55a, 0x55f],
  [0x589, 0x58a],
  [0x5be, 0x5be],
  [0x5c0, 0x5c0],
  [0x5c3, 0x5c3],
  [0x5f3, 0x5f4],
  [0x600, 0x60f],
  [0x61b, 0x61b],
  [0x61d, 0x61f],
  [0x66a, 0x66d],
  [0x6d4, 0x6d4],
  [0x6dd, 0x6de],
  [0x6e9, 0x6e9],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2010, 0x2029],
  [0x202f, 0x205f],
  [0x20a0, 0x20cf],
  [0x2190, 0x23ff],
  [0x2500, 0x2bff],
  [0x2e00, 0x2e7f],
  [0x3000, 0x3004],
  [0x3008, 0x3020],
  [0xfd3e, 0xfd3f],
  [0xfe10, 0xfe19],
];

/** Letters that are written for one another, after compatibility decomposition; each becomes its fellow. */
const PAIRS: readonly (readonly [from: string, to: string])[] = [
  ['يىےێې', 'ییییی'],
  ['كڪ', 'کک'],
  ['ةەہھۃ', 'ههههه'],
  ['ٱ', 'ا'],
  ['٠١٢٣٤٥٦٧٨٩', '0123456789'],
  ['۰۱۲۳۴۵۶۷۸۹', '0123456789'],
  ['ØøĐđŁłĦħŦŧıÆŒÞÐŊẞς', 'ooddllhhttiæœþðŋßσ'],
  ['ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ', 'αβγδεζηθικλμνξοπρστυφχψω'],
  ['АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ', 'абвгдежзийклмнопрстуфхцчшщъыьэюя'],
  ['ЂЄЅІЈЉЊЋЏҐ', 'ђєѕіјљњћџґ'],
];
/**
 * For likeness letters are written as they sound, in Latin: pg_trgm knows no others in a database whose LC_CTYPE is C, and
 * names in Persian are misspelled by letters of one sound. The second string stands below the first.
 */
const SOUND_FROM = 'ابپتطثسصجژچحهخدذزضظرشعغقفکگلمنوی';
const SOUND_TO = 'abpttsssjjchhxdzzzzrweqqfkglmnvy';
const SOUND_MORE: readonly (readonly [from: string, to: string])[] = [
  ['αβγδεζηθικλμνξοπρστυφχψω', 'abgdezitiklmnxoprstyfxpo'],
  ['абвгдежзиклмнопрстуфхцчшщъыьэюя', 'abvgdejziklmnoprstufxccwwyyyeua'],
  ['æœþðŋß', 'eetdns'],
];
const SOUNDS_FROM = SOUND_FROM + SOUND_MORE.map(([from]) => from).join('');
const SOUNDS_TO = SOUND_TO + SOUND_MORE.map(([, to]) => to).join('');
const FROM = PAIRS.map(([from]) => from).join('');
const TO = PAIRS.map(([, to]) => to).join('');
const DIGITS_FROM = '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹';
const DIGITS_TO = '01234567890123456789';

/** `[\u0300-\u036f…]`, which Postgres and JavaScript read alike. */
function bracket(ranges: readonly Range[]): string {
  const point = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;
  return `[${ranges.map(([from, to]) => (from === to ? point(from) : `${point(from)}-${point(to)}`)).join('')}]`;
}

const marks = new RegExp(bracket(MARKS), 'gu');
const separators = new RegExp(`${bracket(SEPARATORS)}+`, 'gu');
const pairs: ReadonlyMap<string, string> = new Map([...FROM].map((letter, index) => [letter, [...TO][index] ?? '']));
const sounds: ReadonlyMap<string, string> = new Map(
  [...SOUNDS_FROM].map((letter, index) => [letter, [...SOUNDS_TO][index] ?? '']),
);
const digits: ReadonlyMap<string, string> = new Map(
  [...DIGITS_FROM].map((digit, index) => [digit, DIGITS_TO[index] ?? '']),
);

/** The text in the letters that conditions compare; punctuation and spaces stay. What `plainSql` does, here. */
export function plain(text: string): string {
  const bare = text
    .normalize('NFKD')
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(marks, '');
  return [...bare].map((letter) => pairs.get(letter) ?? letter).join('');
}

/** The text's one spelling, or undefined where nothing of it is left. What `foldSql` does, here. */
export function fold(text: string): string | undefined {
  return (
    plain(text)
      .replace(separators, ' ')
      .replace(/^ +| +$/g, '') || undefined
  );
}

/** The digits of a telephone number that tell it from others, or undefined where there is none. What `phoneSql` does. */
export function foldPhone(text: string): string | undefined {
  const plain = [...text.normalize('NFKD')].map((digit) => digits.get(digit) ?? digit).join('');
  return plain.replace(/[^0-9]+/g, '').slice(-PHONE_DIGITS) || undefined;
}

/** The folded text as it sounds, in Latin letters where they can say it. What `soundSql` does. */
export function sound(text: string): string | undefined {
  return fold(text)?.replace(/[^ ]/gu, (letter) => sounds.get(letter) ?? letter);
}

/** pg_trgm's `similarity` of two texts as they sound: the share of trigrams they have in common. */
export function similarity(a: string, b: string): number {
  const [left, right] = [trigrams(a), trigrams(b)];
  const common = [...left].filter((one) => right.has(one)).length;
  const all = left.size + right.size - common;
  return all === 0 ? 0 : common / all;
}

/** Such texts hold nothing but words and single spaces; each word is padded as pg_trgm does. */
function trigrams(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const word of text.split(/[^\p{L}\p{N}]+/u)) {
    if (word === '') continue;
    const letters = [' ', ' ', ...word, ' '];
    for (let at = 0; at + 3 <= letters.length; at++) found.add(letters.slice(at, at + 3).join(''));
  }
  return found;
}

/** `"org_default"."_plain_1"(…)` */
export function plainSql(schema: string, value: string): string {
  return `${qualified(schema, PLAIN)}(${value})`;
}

/** `"org_default"."_fold_1"(…)`: null where nothing is left. */
export function foldSql(schema: string, value: string): string {
  return `${qualified(schema, FOLD)}(${value})`;
}

export function soundSql(schema: string, value: string): string {
  return `${qualified(schema, SOUND)}(${value})`;
}

export function phoneSql(schema: string, value: string): string {
  return `${qualified(schema, PHONE)}(${value})`;
}

/** The two texts, as they sound, are alike beyond pg_trgm's own threshold (0.3), which its index can tell. */
export function alikeSql(schema: string, a: string, b: string): string {
  return `${qualified(schema, ALIKE)}(${a}, ${b})`;
}

/** Some words of `text` are nearly `words`, both as they sound: pg_trgm's `<%`, beyond its own threshold (0.6). */
export function heardSql(schema: string, words: string, text: string): string {
  return `${qualified(schema, HEARD)}(${words}, ${text})`;
}

export function similaritySql(schema: string, a: string, b: string): string {
  return `${qualified(schema, SIMILARITY)}(${a}, ${b})`;
}

const HOW: Readonly<Record<string, 'plain' | 'folded' | 'phone' | 'sound'>> = {
  [PLAIN]: 'plain',
  [FOLD]: 'folded',
  [PHONE]: 'phone',
  [SOUND]: 'sound',
};

/** The index expression's text as Postgres prints it, without quotes → its parts; undefined for other expressions. */
export function readFolded(
  expression: string,
):
  | { readonly column: string; readonly how: 'plain' | 'folded' | 'phone' | 'sound'; readonly length?: number }
  | undefined {
  const match =
    /^(?:left\()?(?:[\w$]+\.)?(_plain_1|_fold_1|_phone_1|_sound_1)\(([\w$]+)\)(?:, (\d+)\))?$/.exec(expression) ??
    undefined;
  const [, name, column, length] = match ?? [];
  if (name === undefined || column === undefined) return undefined;
  const how = HOW[name] ?? 'folded';
  return { column, how, ...(length === undefined ? {} : { length: Number(length) }) };
}

const ASCII = '\\u0001-\\u007f';
/** Letters and marks of Persian that are plain as they are. */
const PLAIN_LETTERS = 'ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی،؛؟«»';
/** What else stands in Persian and Arabic texts; each becomes one letter or nothing. */
const USUAL = `آأؤإئةىيكڪەہھۃۀےېێٱ${DIGITS_FROM}ءـ\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0653\u0654\u0655\u0670\u200c\u200d\u200e\u200f`;

/** The tables of `translate` for the usual ones: those that go stand last, without a fellow. */
function quickTables(): { readonly class: string; readonly from: string; readonly to: string } {
  const all = [...USUAL].map((letter) => [letter, plain(letter)] as const);
  const kept = all.filter(([, to]) => to !== '');
  const gone = all.filter(([, to]) => to === '');
  return {
    class: all.map(([letter]) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    from: [...kept, ...gone].map(([letter]) => letter).join(''),
    to: kept.map(([, to]) => to).join(''),
  };
}

/** DDL of the functions. `trigrams`: the schema pg_trgm is installed in. */
export function foldFunctions(schema: string, trigramSchema: string): string {
  const name = (one: string): string => qualified(schema, one);
  const pg = (one: string): string => qualified(trigramSchema, one);
  const bare = `regexp_replace(lower(normalize($1, NFKD) collate "C"), ${literal(bracket(MARKS))}, '', 'g')`;
  const spelled = `translate(${bare}, ${literal(FROM)}, ${literal(TO)})`;
  const parted = `regexp_replace(${name(PLAIN)}($1), ${literal(`${bracket(SEPARATORS)}+`)}, ' ', 'g')`;
  const latin = `translate(normalize($1, NFKD), ${literal(DIGITS_FROM)}, ${literal(DIGITS_TO)})`;
  const quick = quickTables();
  // Most texts are plain but for their case, or Persian with the usual variants: for them the long way is six times as dear.
  return `
create or replace function ${name(PLAIN)}(text) returns text language sql immutable parallel safe
  return case
    when octet_length($1) = length($1) then lower($1 collate "C")
    when $1 ~ ${literal(`^[${ASCII}${PLAIN_LETTERS}]*$`)} then lower($1 collate "C")
    when $1 ~ ${literal(`^[${ASCII}${PLAIN_LETTERS}${quick.class}]*$`)}
      then translate(lower($1 collate "C"), ${literal(quick.from)}, ${literal(quick.to)})
    else ${spelled}
  end;
create or replace function ${name(FOLD)}(text) returns text language sql immutable parallel safe
  return nullif(btrim(${parted}), '');
create or replace function ${name(PHONE)}(text) returns text language sql immutable parallel safe
  return nullif(right(regexp_replace(${latin}, '[^0-9]+', '', 'g'), ${PHONE_DIGITS}), '');
create or replace function ${name(SOUND)}(text) returns text language sql immutable parallel safe
  return translate(${name(FOLD)}($1), ${literal(SOUNDS_FROM)}, ${literal(SOUNDS_TO)});
create or replace function ${name(ALIKE)}(text, text) returns boolean language sql stable parallel safe
  return $1 operator(${ident(trigramSchema)}.%) $2;
create or replace function ${name(HEARD)}(text, text) returns boolean language sql stable parallel safe
  return $1 operator(${ident(trigramSchema)}.<%) $2;
create or replace function ${name(SIMILARITY)}(text, text) returns real language sql immutable parallel safe
  return ${pg('similarity')}($1, $2);`;
}
