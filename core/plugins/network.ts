// Requests of plugins to other servers, made here: to hosts that plugin.json declares, word for word; redirects are followed by hand and
// looked at like the first address; names that lead into the own network are refused unless the address itself is declared.
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { request as plainRequest } from 'node:http';
import { request as securedRequest } from 'node:https';
import type { Fetched, FetchOptions } from '../sdk/index.ts';
import { pluginError } from './errors.ts';

export interface Asking {
  readonly plugin: string;
  readonly hosts: ReadonlySet<string>;
}

const TIME = 20_000;
const SIZE = 4 * 1024 * 1024;
const REDIRECTS = 5;
const REDIRECT: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const METHOD = /^[A-Z]{1,16}$/;

const inside = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  inside.addSubnet(net, prefix, 'ipv4');
}
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  inside.addSubnet(net, prefix, 'ipv6');
}

/** @throws PLUGIN_RIGHT_MISSING, PLUGIN_FETCH */
export async function fetchFor(asking: Asking, url: string, options: FetchOptions): Promise<Fetched> {
  const until = Date.now() + TIME;
  let method = (options.method ?? 'GET').toUpperCase();
  let { body } = options;
  let headers = headersOf(asking, url, options);
  let address = readAddress(asking, url);
  for (let step = 0; step <= REDIRECTS; step++) {
    const answer = await send(asking, address, { method, headers, body }, until);
    const next = answer.headers['location'];
    if (!REDIRECT.has(answer.status) || next === undefined) return answer;
    const target = readAddress(asking, next, address);
    // As browsers do; and what was meant for one host is not told another.
    if (answer.status === 303 || (answer.status < 303 && method === 'POST')) {
      method = 'GET';
      body = undefined;
    }
    if (target.origin !== address.origin) headers = withoutSecrets(headers);
    address = target;
  }
  throw failed(asking, url, `it was redirected more than ${REDIRECTS} times`);
}

function failed({ plugin }: Asking, url: string, reason: string): Error {
  return pluginError('PLUGIN_FETCH', { plugin, url: url.slice(0, 200), reason });
}

function readAddress(asking: Asking, text: string, base?: URL): URL {
  const { plugin, hosts } = asking;
  const address = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined;
  if (!address || !['https:', 'http:'].includes(address.protocol)) {
    throw failed(asking, text, 'it is no address of the web (https://…)');
  }
  if (address.username !== '' || address.password !== '') throw failed(asking, address.host, 'names stand in headers');
  if (!hosts.has(address.host)) {
    throw pluginError('PLUGIN_RIGHT_MISSING', {
      plugin,
      what: `reach ${address.host}`,
      line: `"hosts": ["${address.host}"]`,
    });
  }
  return address;
}

function headersOf(
  asking: Asking,
  url: string,
  { headers = {}, method = 'GET' }: FetchOptions,
): Readonly<Record<string, string>> {
  if (!METHOD.test(method.toUpperCase())) throw failed(asking, url, 'there is no such method');
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const plain = name.toLowerCase();
      if (!/^[a-z0-9!#$%&'*+.^_|~-]+$/.test(plain) || /[\r\n\0]/.test(value))
        throw failed(asking, url, `"${name}" is no header`);
      return ['host', 'connection', 'content-length', 'transfer-encoding', 'upgrade'].includes(plain)
        ? []
        : [[plain, value]];
    }),
  );
}

function withoutSecrets(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { authorization: _a, cookie: _c, 'x-api-key': _k, ...rest } = headers;
  return rest;
}

/** The address that is connected to is the one that was looked at: a name may lead elsewhere a moment later. */
async function place(
  asking: Asking,
  { hostname, host }: URL,
): Promise<{ readonly address: string; readonly family: number }> {
  const literal = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(literal);
  if (family !== 0) return { address: literal, family };
  const found = await lookup(literal, { all: true }).catch((error: Error) => {
    throw failed(asking, host, error.message);
  });
  const open = found.find(({ address, family: kind }) => !isInside(address, kind));
  if (!open)
    throw failed(asking, host, 'the name leads into the own network; declare the address itself if that is meant');
  return open;
}

function isInside(address: string, family: number): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return inside.check(mapped, 'ipv4');
  return inside.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

async function send(
  asking: Asking,
  url: URL,
  {
    method,
    headers,
    body,
  }: { readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body: string | undefined },
  until: number,
): Promise<Fetched> {
  const { address, family } = await place(asking, url);
  const left = until - Date.now();
  if (left <= 0) throw failed(asking, url.href, `it took longer than ${TIME} ms`);
  const make = url.protocol === 'https:' ? securedRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const refuse = (reason: string): void => {
      reject(failed(asking, url.href, reason));
      request.destroy();
    };
    const request = make(
      url,
      {
        method,
        headers: {
          'user-agent': 'peyvand',
          ...headers,
          ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        },
        agent: false,
        lookup: (_name, options, done) => {
          if (options.all) done(null, [{ address, family }]);
          else done(null, address, family);
        },
      },
      (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on('data', (part: Buffer) => {
          size += part.length;
          if (size > SIZE) return refuse(`it answered more than ${SIZE / 1_048_576} MB`);
          parts.push(part);
        });
        answer.on('error', (error) => refuse(error.message));
        answer.on('end', () => {
          clearTimeout(late);
          const status = answer.statusCode ?? 0;
          resolve({
            status,
            ok: status >= 200 && status < 300,
            headers: Object.fromEntries(
              Object.entries(answer.headers).map(([name, value]) => [
                name,
                Array.isArray(value) ? value.join(', ') : (value ?? ''),
              ]),
            ),
            body: Buffer.concat(parts).toString('utf8'),
          });
        });
      },
    );
    const late = setTimeout(() => refuse(`it took longer than ${TIME} ms`), left);
    request.on('error', (error) => {
      clearTimeout(late);
      refuse(error.message);
    });
    request.end(body);
  });
}
