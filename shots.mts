import { chromium } from 'playwright-core';
const [, , base, list, out] = process.argv;
const paths = list.split(',');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const [lang, dark, width] of [['en', false, 1440], ['fa', true, 1440], ['fa', false, 390]] as const) {
  const context = await browser.newContext({ viewport: { width, height: width < 500 ? 844 : 900 }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', hasTouch: width < 500, isMobile: width < 500 });
  const page = await context.newPage();
  page.on('pageerror', (e) => console.log(lang, width, 'ERR', e.message));
  page.on('console', (m) => { if (m.type() === 'error') console.log(lang, width, 'CON', m.text().slice(0, 200)); });
  await page.goto(`${base}/`);
  await page.locator('#password').waitFor();
  await page.locator('#email').fill('');
  await page.keyboard.type('admin@example.com');
  await page.keyboard.press('Tab');
  await page.keyboard.type('correct-horse-7');
  await page.keyboard.press('Enter');
  await page.getByRole('grid').waitFor();
  await page.evaluate(async (l) => { await fetch('/api/me', { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ language: l, calendar: l === 'fa' ? 'persian' : 'gregory' }) }); }, lang);
  for (const path of paths) {
    let target = path;
    const m = /^first:(\w+):(\w+)(:.*)?$/.exec(path);
    if (m) {
      const id = await page.evaluate(async ([set, key]) => (await (await fetch(`/api/data/v9.2/${set}?$top=1&$select=${key}`)).json()).value[0]?.[key], [m[1], m[2]]);
      target = `app/${m[2].replace(/id$/, '')}/record/${id}`;
    }
    await page.goto(`${base}/${target}`);
    await page.waitForTimeout(2500);
    await page.screenshot({ path: `${out}/${path.replace(/\W+/g, '-')}-${lang}-${dark ? 'd' : 'l'}-${width}.png` });
  }
  await context.close();
}
await browser.close();
