// One spelling of texts, in TypeScript and in SQL: what people take for the same becomes the same, and both agree.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fold,
  foldPhone,
  foldSql,
  phoneSql,
  plain,
  plainSql,
  similarity,
  similaritySql,
  sound,
  soundSql,
} from '../../../../core/db/fold.ts';
import { ensureSystemTables } from '../../../../core/schema/system-tables.ts';
import { testDatabase, type TestDatabase } from '../../../support/database.ts';

let test_: TestDatabase;
beforeAll(async () => {
  test_ = await testDatabase();
  await ensureSystemTables(test_.database, 'org_fold');
});
afterAll(() => test_?.drop());

test.each([
  ['شرکت كاوه', 'شرکت کاوه'],
  ['شركة الرياض', 'شرکه الریاض'],
  ['أحمد', 'احمد'],
  ['إبراهيم', 'ابراهیم'],
  ['آرمان', 'ارمان'],
  ['مؤسسه', 'موسسه'],
  ['مسئول', 'مسیول'],
  ['انشاء', 'انشا'],
  ['خانۀ ما', 'خانه ما'],
  ['می‌رویم', 'میرویم'],
  ['کـــتاب', 'کتاب'],
  ['مُحَمَّد', 'محمد'],
  ['طبقه ۱۲', 'طبقه 12'],
  ['طبقه ١٢', 'طبقه 12'],
  ['  Müller   &  Söhne, GmbH. ', 'muller sohne gmbh'],
  ['ŁÓDŹ', 'lodz'],
  ['ΑΘΗΝΑΣ', 'αθηνασ'],
  ['МОСКВА', 'москва'],
  ['ﻻله', 'لاله'],
  ['\u200Fسلام\u200E', 'سلام'],
])('%s is spelled %s', (text, spelled) => {
  expect(fold(text)).toBe(spelled);
});

test('names that sound alike are similar, whichever letters they are misspelled with', () => {
  const alike = (a: string, b: string) => similarity(sound(a) ?? '', sound(b) ?? '');
  expect(alike('صادق طباطبایی', 'سادق تباتبایی')).toBe(1);
  expect(alike('رضا کاظمی', 'رضا کاظمی‌نیا')).toBeGreaterThan(0.6);
  expect(alike('رضا کاظمی', 'مینا صدری')).toBeLessThan(0.1);
  expect(alike('Katherine Miller', 'Catherine Miller')).toBeGreaterThan(0.6);
});

test.each([
  ['Müller-Söhne (GmbH)', 'muller-sohne (gmbh)'],
  ['info@Example.COM ', 'info@example.com '],
  ['ءـ', ''],
  ['دایرة‌المعارف، «آب»', 'دایرهالمعارف، «اب»'],
  ['100%', '100%'],
])('conditions take %s for %s', (text, spelled) => {
  expect(plain(text)).toBe(spelled);
});

test('a text of marks and punctuation alone is no text', () => {
  expect([fold(''), fold(' -– ‌ . '), fold('ءـ')]).toEqual([undefined, undefined, undefined]);
});

test.each(['+98 912 345 6789', '0098 912 3456789', '0912-345-6789', '۰۹۱۲۳۴۵۶۷۸۹', '٠٩١٢ ٣٤٥ ٦٧٨٩', '9123456789'])(
  '%s is one telephone number',
  (text) => expect(foldPhone(text)).toBe('9123456789'),
);

/** Letters of the scripts people use here, and of everything else that has long been in Unicode. */
const letters = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x17f }) },
  { weight: 4, arbitrary: fc.integer({ min: 0x600, max: 0x6ff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0x300, max: 0x52f }) },
  { weight: 1, arbitrary: fc.integer({ min: 0x1e00, max: 0x2bff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xfb50, max: 0xfdff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xfe70, max: 0xfeff }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 0xd7ff }) },
);
/** Letters of Unicode 9 and older: the two sides' tables may be of different years. */
const assigned = /^\p{Assigned}$/u;
const texts = fc
  .array(
    fc.oneof(
      letters.map((code) => String.fromCodePoint(code)).filter((letter) => assigned.test(letter)),
      fc.constantFrom(...'abcXYZ 012-_.@ابپتگچژکی می‌‏آأئؤةكيى۱۲٣ـُّء،«»'),
    ),
    { maxLength: 30 },
  )
  .map((all) => all.join(''));
/** Texts that the database's function takes the short ways for. */
const usual = fc
  .array(fc.constantFrom(...'abcXYZ 012-_.@\n\tابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی،؛؟«»آأؤإئةىيكڪەہھۃۀےېێٱ٠٩۰۹ءـًٌٍَُِّْٰٕٓٔ‌‍‎‏'), {
    maxLength: 30,
  })
  .map((all) => all.join(''));

test('the database spells every text as TypeScript does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(texts, usual), { minLength: 50, maxLength: 50 }), async (given) => {
      const rows = await test_.database.query<Record<'plain' | 'folded' | 'phone' | 'sound', string | null>>(
        `select ${plainSql('org_fold', 't')} as plain, ${foldSql('org_fold', 't')} as folded, ${soundSql('org_fold', 't')} as sound, ${phoneSql('org_fold', 't')} as phone
           from unnest($1::text[]) with ordinality u(t, n) order by n`,
        [given],
      );
      expect(rows.map((row) => row.plain)).toEqual(given.map(plain));
      expect(rows.map((row) => row.folded ?? undefined)).toEqual(given.map(fold));
      expect(rows.map((row) => row.phone ?? undefined)).toEqual(given.map(foldPhone));
      expect(rows.map((row) => row.sound ?? undefined)).toEqual(given.map(sound));
    }),
    { numRuns: 40 },
  );
});

test('a spelling is spelled like itself', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const once = fold(text);
      expect(once === undefined ? undefined : fold(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});

test('texts are as similar as pg_trgm says', async () => {
  const words = fc.array(fc.constantFrom('کاوه', 'صنعت', 'شرکت', 'north', 'wind', 'a', 'گروه'), { maxLength: 4 });
  const pairs = fc.array(fc.tuple(words, words), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(pairs, async (given) => {
      const heard = (one: readonly string[]): string => sound(one.join(' ')) ?? '';
      const [left, right] = [given.map(([one]) => heard(one)), given.map(([, one]) => heard(one))];
      const rows = await test_.database.query<{ alike: number }>(
        `select ${similaritySql('org_fold', 'a', 'b')}::float8 as alike
           from unnest($1::text[], $2::text[]) with ordinality u(a, b, n) order by n`,
        [left, right],
      );
      rows.forEach((row, index) => expect(similarity(left[index] ?? '', right[index] ?? '')).toBeCloseTo(row.alike, 5));
    }),
    { numRuns: 10 },
  );
});
