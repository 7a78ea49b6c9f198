// Serves the page of field stories by Vite and drives it in Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { createServer } from 'vite';
import { peyvandApp } from '../../runtime/app/vite-plugin.ts';
import type { Story, StoryState } from '../fixtures/field-stories.ts';
import { chromiumArguments, findChromium } from './chromium.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

const page = `<!doctype html><html><head><meta charset="utf-8"><title>Stories</title>
<link rel="stylesheet" href="/runtime/ui/styles/index.css"></head>
<body><!-- icons --><main></main><script type="module" src="/test/fixtures/field-stories.ts"></script></body></html>`;

export interface FieldStories extends AsyncDisposable {
  readonly page: Page;
  show(story: Omit<Story, 'calendar'> & { readonly calendar?: Story['calendar'] }): Promise<void>;
  state(): Promise<StoryState>;
}

/** `api`: the server that answers the page's requests, and the key they get along. */
export async function fieldStories(api?: { readonly url: string; readonly key: string }): Promise<FieldStories> {
  const cache = mkdtempSync(join(tmpdir(), 'peyvand-stories-'));
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(cache, 'vite'),
    appType: 'custom',
    plugins: [
      peyvandApp(),
      {
        name: 'stories-page',
        configureServer: (vite) => () => {
          vite.middlewares.use((request, response, next) => {
            if (request.url !== '/stories') return next();
            void vite.transformIndexHtml('/stories', page).then((html) => {
              response.setHeader('content-type', 'text/html');
              response.end(html);
            }, next);
          });
        },
      },
    ],
    resolve: {
      alias: { 'peyvand/ui': join(root, 'runtime/ui/index.ts'), 'peyvand/sdk': join(root, 'core/sdk/index.ts') },
    },
    optimizeDeps: {
      include: [
        'lit',
        'lit/directive.js',
        'lit/directives/live.js',
        'lit/directives/until.js',
        '@internationalized/date',
      ],
    },
    server: {
      host: '127.0.0.1',
      port: 0,
      hmr: false,
      watch: null,
      ...(api ? { proxy: { '/api': { target: api.url, headers: { authorization: `Bearer ${api.key}` } } } } : {}),
    },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (typeof address !== 'object' || !address) throw new TypeError('the server of stories has no port');
  const context = await chromium.launchPersistentContext(join(cache, 'chromium'), {
    executablePath: findChromium().path,
    args: [...chromiumArguments],
    timezoneId: 'UTC',
  });
  const tab = context.pages()[0] ?? (await context.newPage());
  await tab.goto(`http://127.0.0.1:${address.port}/stories`);
  await tab.waitForFunction(() => 'show' in globalThis);
  return {
    page: tab,
    async show(story) {
      await tab.evaluate((given) => (globalThis as unknown as { show(story: Story): Promise<void> }).show(given), {
        calendar: story.language === 'fa' ? ('persian' as const) : ('gregory' as const),
        ...story,
      });
    },
    state: () => tab.evaluate(() => (globalThis as unknown as { story: StoryState }).story),
    async [Symbol.asyncDispose]() {
      await context.close();
      await server.close();
      rmSync(cache, { recursive: true, force: true });
    },
  };
}
