// The built app: hashed assets that never change, everything else a page of the app (its router reads the address).
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { answerEmpty, PAGE_HEADERS, type HeaderMap } from './answer.ts';
import { fail } from './errors.ts';
import { decodePart } from './data/path.ts';
import { header, type Exchange } from './exchange.ts';

const TYPES: HeaderMap = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

interface Page {
  readonly bytes: Buffer<ArrayBuffer>;
  readonly tag: string;
  readonly encoding: string | undefined;
}

export interface Pages {
  serve(exchange: Exchange): Promise<Response>;
}

/**
 * Files read so far are held: the bundle is a few hundred kilobytes. A folder that is asked for anew each time may change, as where
 * a plugin is being written: then nothing is held.
 */
export function createPages(folder: string | (() => string), hold = typeof folder === 'string'): Pages {
  let held = new Map<string, Promise<Page | undefined>>();
  /** The one that is served, and those before it: pages that are open still ask for their parts. */
  let folders: readonly string[] = [];

  const places = (): readonly string[] => {
    const present = typeof folder === 'string' ? folder : folder();
    if (folders[0] !== present) {
      folders = [present, ...folders.filter((one) => one !== present)].slice(0, 4);
      held = new Map();
    }
    return folders;
  };
  const load = async (name: string, encoding: string | undefined): Promise<Page | undefined> => {
    const [present, ...earlier] = places();
    for (const place of name.startsWith('assets/') || name.startsWith('/assets/') ? [present, ...earlier] : [present]) {
      const path = join(place ?? '', name) + (encoding ? `.${encoding}` : '');
      const file = await stat(path).catch(() => undefined);
      if (!file?.isFile()) continue;
      const bytes = await readFile(path);
      return { bytes, tag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, encoding };
    }
    return undefined;
  };
  const find = (name: string, encoding: string | undefined): Promise<Page | undefined> => {
    places();
    if (!hold) return load(name, encoding);
    const key = `${encoding ?? ''}:${name}`;
    const kept = held;
    let page = kept.get(key);
    if (!page) {
      page = load(name, encoding);
      // Only what exists is held: misses are unlimited in number.
      void page.then((found) => found && kept.set(key, Promise.resolve(found)));
    }
    return page;
  };
  const best = async (exchange: Exchange, name: string): Promise<Page | undefined> => {
    const accepted = header(exchange, 'accept-encoding') ?? '';
    if (/\bbr\b/.test(accepted)) {
      const page = await find(name, 'br');
      if (page) return page;
    }
    if (/\bgzip\b/.test(accepted)) {
      const page = await find(name, 'gz');
      if (page) return page;
    }
    return find(name, undefined);
  };

  return {
    async serve(exchange) {
      if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
        const allow = 'GET, HEAD';
        throw fail('METHOD_NOT_ALLOWED', { method: exchange.method, allow }, { data: { allow } });
      }
      const asked = normalize(decodePart(exchange.path)).replace(/^\/+/, '');
      if (asked.includes('\0') || asked.startsWith('..')) throw fail('ROUTE_UNKNOWN', { path: exchange.path });
      // The name of a plugin's page has a dot, too.
      const isFile = extname(asked) !== '' && !asked.startsWith('page/');
      const name = isFile ? asked : 'index.html';
      const page = await best(exchange, name);
      if (!page) throw isFile ? fail('ROUTE_UNKNOWN', { path: exchange.path }) : fail('APP_NOT_BUILT');
      const headers: Record<string, string> = {
        ...PAGE_HEADERS,
        'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream',
        'Cache-Control': asked.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        ETag: page.tag,
        Vary: 'Accept-Encoding',
        ...(page.encoding && { 'Content-Encoding': page.encoding === 'gz' ? 'gzip' : page.encoding }),
      };
      if (header(exchange, 'if-none-match')?.includes(page.tag)) return answerEmpty(304, headers);
      return new Response(exchange.method === 'HEAD' ? null : page.bytes, { status: 200, headers });
    },
  };
}
