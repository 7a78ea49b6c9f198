// What a printed document holds: letters that join, words in the order they are read, fonts inside the file, and the figures.
import { describe, expect, test } from 'vitest';
import { documentPdf, type PrintedDocument } from '../../../../../plugins/catalog/pdf/document-pdf.ts';
import { shapeLine, widthOf } from '../../../../../plugins/catalog/pdf/shape-line.ts';
import { typeface } from '../../../../../plugins/catalog/pdf/typeface.ts';

const english: PrintedDocument = {
  kind: 'quote',
  language: 'en',
  calendar: 'gregory',
  issuer: 'Peyvand Ltd',
  title: 'Rugs for the lobby',
  number: 'QUO-01023',
  revision: 2,
  printedAt: '2026-11-22T10:00:00.000Z',
  date: '2026-11-22',
  validUntil: '2026-12-20',
  currency: { code: 'EUR', decimals: 2 },
  customer: 'Grand Hotel',
  billTo: ['Grand Hotel', '190 Queen Street'],
  shipTo: [],
  lines: [{ product: 'Wool rug', quantity: '2', unit: 'Piece', price: '1234.5', discount: '10', amount: '2459' }],
  totals: { detail: '2459', discount: '59', freight: '0', tax: '0', total: '2400' },
};
const persian: PrintedDocument = {
  ...english,
  language: 'fa',
  calendar: 'persian',
  title: 'فرش‌های لابی',
  customer: 'هتل شیراز',
  lines: Array.from(
    { length: 60 },
    () => ({ ...english.lines[0], product: 'قالیچهٔ ابریشمی' }) as PrintedDocument['lines'][0],
  ),
};

const idsOf = (text: string, direction: 'ltr' | 'rtl') =>
  shapeLine(text, direction, 'regular').flatMap((one) => one.glyphs);

describe('a line of text', () => {
  test('joins Persian letters: in a word they have other shapes than alone', () => {
    const alone = [...'سلام'].flatMap((letter) => idsOf(letter, 'rtl'));
    const word = idsOf('سلام', 'rtl');
    // Lam and alef are one sign; nothing of the word looks as it does alone but the last letter.
    expect(word).toHaveLength(3);
    expect(word.filter((id) => alone.includes(id)).length).toBeLessThanOrEqual(1);
    const { font } = typeface('arabic', 'regular');
    expect(word.at(-1)).toBe(font.layout('س\u200d').glyphs.at(-1)?.id);
  });

  test('runs from right to left with numbers and foreign words from left to right', () => {
    const texts = shapeLine('شمارهٔ ۱۲۳ و ABC 45', 'rtl', 'regular').map((piece) => piece.text);
    expect(texts[0]).toContain('ABC 45');
    // Digits of Arabic script are handed over turned, because the font turns them again.
    expect(texts.join('|')).toContain('۳۲۱');
    const digits = idsOf('۱۲۳', 'rtl');
    expect(digits).toEqual([...'۱۲۳'].flatMap((digit) => idsOf(digit, 'rtl')));
  });

  test('mirrors brackets where the words run from right to left', () => {
    const bracket = (sign: string) => idsOf(sign, 'ltr')[0];
    expect(idsOf('(الف)', 'rtl').at(-1)).toBe(idsOf('(', 'rtl')[0]);
    expect(idsOf('(', 'rtl')[0]).not.toBe(bracket('('));
  });

  test('is wider in bold, in both scripts', () => {
    for (const text of ['Rugs for the lobby', 'قالیچهٔ ابریشمی']) {
      const width = (weight: 'regular' | 'bold') => widthOf(shapeLine(text, 'ltr', weight));
      expect(width('bold')).toBeGreaterThan(width('regular'));
    }
  });
});

test('the typeface is a font file of its own at each weight, with outlines that differ', () => {
  const path = (weight: 'regular' | 'bold') => {
    const { glyphs } = typeface('arabic', weight).font.layout('پیوند');
    return JSON.stringify(
      glyphs.map(({ path: outline }: { readonly path: { readonly commands: unknown } }) => outline.commands),
    );
  };
  expect(path('bold')).not.toBe(path('regular'));
});

const plain = async (document: PrintedDocument) =>
  Buffer.from(await documentPdf(document, { plain: true })).toString('latin1');

/** Characters that the file maps glyphs to: what readers find and copy. */
function mapped(pdf: string): Set<string> {
  const found = new Set<string>();
  for (const [, map = ''] of pdf.matchAll(/beginbfrange([\s\S]*?)endbfrange/g)) {
    for (const [hex] of map.matchAll(/(?<=<)[0-9a-f]{4,}(?=>)/gi)) {
      for (const unit of hex.match(/.{4}/g) ?? []) found.add(String.fromCharCode(Number.parseInt(unit, 16)));
    }
  }
  return found;
}

test('an English document is one page with its fonts inside and text that can be found', async () => {
  const pdf = await plain(english);
  expect(pdf.startsWith('%PDF-1.')).toBe(true);
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1);
  expect(pdf.match(/\/FontFile2/g)?.length).toBeGreaterThanOrEqual(2);
  expect(pdf).not.toContain('/Helvetica');
  const signs = mapped(pdf);
  for (const sign of 'QuoteRugs2,400.00EUR') expect(signs, sign).toContain(sign);
});

test('a Persian document has Persian digits, days of its calendar, and as many pages as its lines need', async () => {
  const pdf = await plain(persian);
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(3);
  const signs = mapped(pdf);
  // ۱ آذر ۱۴۰۵, ۲٬۴۰۰٫۰۰
  for (const sign of '۱۲۴۵۰٬٫آذر') expect(signs, sign).toContain(sign);
});

test('a long word is cut rather than running out of its column', async () => {
  const product = 'x'.repeat(400);
  const line = { ...english.lines[0], product } as PrintedDocument['lines'][0];
  expect(await plain({ ...english, lines: [line] })).toContain('%%EOF');
});

test('the parts of a bundle stand beneath it without numbers of their own, and a kit says what it holds, in both scripts', async () => {
  const line = (values: Partial<PrintedDocument['lines'][0]>) =>
    ({ ...english.lines[0], discount: '', ...values }) as PrintedDocument['lines'][0];
  const lines = [
    line({ product: 'Set' }),
    ...Array.from({ length: 8 }, () => line({ product: 'Pad', isPart: true, price: '', amount: '' })),
    line({ product: 'Box', holds: ['6 × Pad'], quantity: '3' }),
  ];
  const signs = mapped(await plain({ ...english, number: 'Q', revision: 0, validUntil: '', lines }));
  for (const sign of 'included×6') expect(signs, sign).toContain(sign);
  // Ten rows, and two numbers: none is the seventh.
  const other = mapped(await plain({ ...persian, number: 'Q', revision: 0, validUntil: '', date: '', lines }));
  for (const sign of '۶بسته') expect(other, sign).toContain(sign);
  expect(other).not.toContain('۷');
});
