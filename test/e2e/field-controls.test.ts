// What people do with the field types' controls, in a browser: typing in any digits, picking, mending, keyboard only.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Story } from '../fixtures/field-stories.ts';
import { fieldStories } from '../support/field-stories.ts';
import type { FieldStories } from '../support/field-stories.ts';

let stories: FieldStories;

beforeAll(async () => {
  stories = await fieldStories();
}, 180_000);

afterAll(async () => {
  await stories?.[Symbol.asyncDispose]();
});

async function type(text: string): Promise<void> {
  const control = stories.page.locator('#control');
  await control.focus();
  await control.fill(text);
}

const leave = (): Promise<void> => stories.page.locator('#after').focus();

interface Typed {
  readonly language: Story['language'];
  readonly field: Story['field'];
  readonly text: string;
  readonly value: unknown;
  /** What the box shows once left. */
  readonly shown: string;
}

const typed: readonly Typed[] = [
  { language: 'en', field: { type: 'text' }, text: 'Contoso', value: 'Contoso', shown: 'Contoso' },
  {
    language: 'fa',
    field: { type: 'text', options: { format: 'phone' } },
    text: '۰۲۱۸۸۷۷',
    value: '0218877',
    shown: '0218877',
  },
  { language: 'en', field: { type: 'whole-number' }, text: '1,234', value: 1234, shown: '1,234' },
  { language: 'fa', field: { type: 'whole-number' }, text: '۱۲۳۴', value: 1234, shown: '۱٬۲۳۴' },
  { language: 'fa', field: { type: 'whole-number' }, text: '٤٥', value: 45, shown: '۴۵' },
  { language: 'fa', field: { type: 'decimal' }, text: '۱۲٫۵', value: 12.5, shown: '۱۲٫۵' },
  {
    language: 'en',
    field: { type: 'decimal', options: { precision: 10 } },
    text: '99999999999.9999999999',
    value: '99999999999.9999999999',
    shown: '99,999,999,999.9999999999',
  },
  { language: 'en', field: { type: 'currency' }, text: '19.9', value: 19.9, shown: '19.90' },
  { language: 'en', field: { type: 'duration' }, text: '1.5 h', value: 90, shown: '1 h 30 min' },
  { language: 'en', field: { type: 'duration' }, text: '1:30', value: 90, shown: '1 h 30 min' },
  { language: 'fa', field: { type: 'duration' }, text: '۱ ساعت و ۳۰ دقیقه', value: 90, shown: '۱ ساعت و ۳۰ دقیقه' },
  { language: 'fa', field: { type: 'date' }, text: '۱۴۰۵/۱/۱', value: '2026-03-21', shown: '۱۴۰۵/۰۱/۰۱' },
  { language: 'fa', field: { type: 'date' }, text: '1405-01-01', value: '2026-03-21', shown: '۱۴۰۵/۰۱/۰۱' },
  { language: 'fa', field: { type: 'date' }, text: '2026-03-21', value: '2026-03-21', shown: '۱۴۰۵/۰۱/۰۱' },
  { language: 'fa', field: { type: 'date' }, text: '۱۳۹۹/۱۲/۳۰', value: '2021-03-20', shown: '۱۳۹۹/۱۲/۳۰' },
  { language: 'en', field: { type: 'date' }, text: '2026-03-21', value: '2026-03-21', shown: '2026-03-21' },
  {
    language: 'en',
    field: { type: 'json' },
    text: '{"a":[1]}',
    value: { a: [1] },
    shown: '{\n  "a": [\n    1\n  ]\n}',
  },
];

describe('typing into', () => {
  test.for(typed)('a $field.type field in $language: $text', async ({ language, field, text, value, shown }) => {
    await stories.show({ language, field, value: null });
    await type(text);
    await leave();
    expect(await stories.state()).toEqual({ value, message: undefined });
    expect(await stories.page.locator('#control').inputValue()).toBe(shown);
  });
});

const refused: readonly (readonly [Story['field'], string])[] = [
  [{ type: 'text', options: { format: 'email' } }, 'nobody'],
  [{ type: 'text', options: { format: 'url' } }, 'javascript:alert(1)'],
  [{ type: 'whole-number' }, '1.5'],
  [{ type: 'whole-number', maximum: 10 }, '11'],
  [{ type: 'decimal' }, '1.234'],
  [{ type: 'duration' }, 'soon'],
  [{ type: 'date' }, '1404/12/30'],
  [{ type: 'json' }, '{'],
];

describe('a control refuses', () => {
  test.for(refused)('%o: %s, keeps what was typed, and forgives once mended', async ([field, text]) => {
    await stories.show({ language: 'en', calendar: 'persian', field, value: null });
    await type(text);
    expect((await stories.state()).message).toBe(undefined);
    await leave();
    const { message } = await stories.state();
    expect(message?.length).toBeGreaterThan(15);
    const control = stories.page.locator('#control');
    expect(await control.inputValue()).toBe(text);
    expect(await control.getAttribute('aria-invalid')).toBe('true');
    expect(await control.getAttribute('aria-describedby')).toContain('message');
    await type('');
    expect(await stories.state()).toEqual({ value: null, message: undefined });
  });
});

const focusedDay = (): Promise<string | null> => stories.page.locator('td:focus').getAttribute('aria-label');

test('a form that saves while a box has the focus hears what was typed, or why it is no value', async () => {
  await stories.show({ language: 'en', field: { type: 'whole-number' }, value: null });
  await type('abc');
  await stories.page.locator('#control').dispatchEvent('change');
  expect((await stories.state()).message).toContain('not a number');
  await type('12');
  await stories.page.locator('#control').dispatchEvent('change');
  expect(await stories.state()).toEqual({ value: 12, message: undefined });
});

describe('dates', () => {
  test('open on Alt+Down, move by keyboard against the reading direction, and give ISO back', async () => {
    await stories.show({ language: 'fa', field: { type: 'date' }, value: '2026-03-21' });
    const { keyboard } = stories.page;
    await stories.page.locator('#control').focus();
    await keyboard.press('Alt+ArrowDown');
    expect(await focusedDay()).toBe('شنبه ۱ فروردین ۱۴۰۵');
    await keyboard.press('ArrowLeft');
    expect(await focusedDay()).toBe('یکشنبه ۲ فروردین ۱۴۰۵');
    await keyboard.press('ArrowDown');
    expect(await focusedDay()).toBe('یکشنبه ۹ فروردین ۱۴۰۵');
    await keyboard.press('Home');
    expect(await focusedDay()).toBe('شنبه ۸ فروردین ۱۴۰۵');
    await keyboard.press('End');
    expect(await focusedDay()).toBe('جمعه ۱۴ فروردین ۱۴۰۵');
    await keyboard.press('PageUp');
    expect(await focusedDay()).toBe('پنجشنبه ۱۴ اسفند ۱۴۰۴');
    await keyboard.press('Shift+PageDown');
    expect(await focusedDay()).toBe('جمعه ۱۴ اسفند ۱۴۰۵');
    await keyboard.press('Enter');
    expect((await stories.state()).value).toBe('2027-03-05');
    expect(await stories.page.locator('#control').inputValue()).toBe('۱۴۰۵/۱۲/۱۴');
    expect(await stories.page.locator('.x-hint').first().textContent()).toContain(
      '2027'.replace(/\d/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[Number(d)] ?? d),
    );
  });

  test('close on Escape with the focus back in the box and nothing changed', async () => {
    await stories.show({ language: 'en', field: { type: 'date' }, value: '2026-03-21' });
    await stories.page.locator('#control').focus();
    await stories.page.keyboard.press('Alt+ArrowDown');
    await stories.page.keyboard.press('ArrowRight');
    await stories.page.keyboard.press('Escape');
    expect((await stories.state()).value).toBe('2026-03-21');
    expect(await stories.page.locator('[popover]:popover-open').count()).toBe(0);
    expect(await stories.page.evaluate(() => document.activeElement?.id)).toBe('control');
  });

  test('with time are taken in the zone of the user', async () => {
    await stories.show({ language: 'en', field: { type: 'date-time' }, value: '2026-11-22T10:00:00Z' });
    expect(await stories.page.locator('#control-time').inputValue()).toBe('13:30');
    await stories.page.locator('#control-time').fill('۹:۰۵');
    await leave();
    expect((await stories.state()).value).toBe('2026-11-22T05:35:00Z');
  });

  test('independent of zones say what was typed', async () => {
    const field = { type: 'date-time', options: { behavior: 'time-zone-independent' } };
    await stories.show({ language: 'en', field, value: '2026-11-22T10:00:00' });
    await stories.page.locator('#control-time').fill('2 pm');
    await leave();
    expect((await stories.state()).value).toBe('2026-11-22T14:00:00');
  });

  test('understand today and +3d', async () => {
    const today = new Date().toLocaleDateString('en-CA', { timeZone: 'Asia/Tehran' });
    await stories.show({ language: 'en', field: { type: 'date' }, value: null });
    await type('today');
    expect((await stories.state()).value).toBe(today);
    await stories.show({ language: 'fa', field: { type: 'date' }, value: null });
    await type('فردا');
    const tomorrow = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10);
    expect((await stories.state()).value).toBe(tomorrow);
  });
});

const choices = [
  { value: 1, title: 'Cold', color: '#3366cc' },
  { value: 2, title: 'Warm' },
  { value: 3, title: 'Hot' },
];

test('a choice is a native select', async () => {
  await stories.show({ language: 'en', field: { type: 'choice', choices }, value: 2 });
  const control = stories.page.locator('#control');
  expect(await control.inputValue()).toBe('2');
  await control.selectOption({ label: 'Hot' });
  expect((await stories.state()).value).toBe(3);
  await control.selectOption('');
  expect((await stories.state()).value).toBe(null);
});

test('several options are chosen and taken away by keyboard', async () => {
  await stories.show({ language: 'en', field: { type: 'multi-choice', choices }, value: '3' });
  const { keyboard } = stories.page;
  await stories.page.locator('#control').focus();
  await keyboard.press('ArrowDown');
  await keyboard.press('Space');
  expect((await stories.state()).value).toBe('1,3');
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  expect((await stories.state()).value).toBe('1,2,3');
  await keyboard.press('Escape');
  await stories.page.getByRole('button', { name: 'Take away Warm' }).click();
  expect((await stories.state()).value).toBe('1,3');
});

test('a switch turns on by space, and stays where it is when it may not change', async () => {
  await stories.show({ language: 'en', field: { type: 'yes-no' }, value: null });
  await stories.page.locator('#control').focus();
  await stories.page.keyboard.press('Space');
  expect((await stories.state()).value).toBe(true);
  await stories.show({ language: 'en', field: { type: 'yes-no' }, value: true, readOnly: true });
  await stories.page.locator('#control').focus();
  await stories.page.keyboard.press('Space');
  expect((await stories.state()).value).toBe(true);
});

test('formatted text is written in an editor that comes when it is needed', async () => {
  await stories.show({ language: 'en', field: { type: 'rich-text' }, value: '<p>Hello</p>' });
  const area = stories.page.locator('#control');
  await area.waitFor();
  await area.click();
  await stories.page.keyboard.press('ControlOrMeta+A');
  await stories.page.getByRole('button', { name: 'Bold' }).click();
  expect((await stories.state()).value).toBe('<p dir="auto"><strong>Hello</strong></p>');
});

test('stored formatted text runs nothing, wherever it came from', async () => {
  const value =
    '<p onclick="globalThis.hit=1">Hi<script>globalThis.hit=1</script><img src=x onerror="globalThis.hit=1"><a href="javascript:globalThis.hit=1">x</a></p>';
  await stories.show({ language: 'en', field: { type: 'rich-text' }, value });
  const display = stories.page.getByRole('region', { name: 'Display' });
  expect(await display.locator('script, img, [onclick], [href]').count()).toBe(0);
  expect(await display.textContent()).toContain('Hi');
  expect(await stories.page.evaluate(() => 'hit' in globalThis)).toBe(false);
});

const everyControl: readonly (readonly [Story['field'], unknown])[] = [
  [{ type: 'text' }, 'Contoso'],
  [{ type: 'text', options: { format: 'email' } }, 'ali@example.com'],
  [{ type: 'multiline' }, 'a\nb'],
  [{ type: 'rich-text' }, '<p>Hello</p>'],
  [{ type: 'whole-number' }, 12],
  [{ type: 'big-integer' }, '9007199254740993'],
  [{ type: 'duration' }, 90],
  [{ type: 'decimal' }, 1.5],
  [{ type: 'currency' }, 19.9],
  [{ type: 'auto-number' }, 'ACC-00001'],
  [{ type: 'yes-no' }, true],
  [{ type: 'choice', choices }, 1],
  [{ type: 'multi-choice', choices }, '1,3'],
  [{ type: 'date' }, '2026-03-21'],
  [{ type: 'date-time' }, '2026-11-22T10:00:00Z'],
  [
    { type: 'lookup', targets: [{ entity: 'thing', navigation: 'f' }] },
    { entity: 'thing', id: '1', name: 'Contoso' },
  ],
  [
    {
      type: 'customer',
      targets: [
        { entity: 'thing', navigation: 'f_thing' },
        { entity: 'other', navigation: 'f_other' },
      ],
    },
    { entity: 'thing', id: '1', name: 'Contoso' },
  ],
  [{ type: 'file' }, '01890a5d-ac96-774b-bcce-b302099a8001'],
  [{ type: 'image' }, null],
  [{ type: 'unique-id' }, '01890a5d-ac96-774b-bcce-b302099a8001'],
  [{ type: 'json' }, { a: 1 }],
];

interface Axe {
  run(
    where: Document,
    options: object,
  ): Promise<{
    readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  }>;
}

describe('accessible', () => {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const cases = everyControl.flatMap(([field, value]) =>
    (['en', 'fa'] as const).map((language) => ({ field, value, language })),
  );

  test.for(cases)('$field.type in $language', async ({ field, value, language }) => {
    await stories.show({ language, field, value });
    if (field.type === 'rich-text') await stories.page.locator('#control').waitFor();
    if (field.type === 'date') {
      await stories.page.locator('#control').focus();
      await stories.page.keyboard.press('Alt+ArrowDown');
      // Judged as people see it: open, with the day in focus.
      await stories.page.locator('x-calendar-popup [role=gridcell]:focus').waitFor();
    }
    await stories.page.evaluate(source);
    const found = await stories.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: Axe };
      // While it appears, a popup is half transparent.
      const appearing = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
      await Promise.all(appearing.map(({ finished }) => finished));
      const { violations } = await axe.run(document, {
        preload: false,
        resultTypes: ['violations'],
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
    });
    await stories.page.keyboard.press('Escape');
    expect(found).toEqual([]);
  });
});
