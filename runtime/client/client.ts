// The typed fetch client of the server's API: records over OData, metadata, the caller, files. Used by the app, the
// studio, tests and the command line; errors are ClientError.
import type { AppMetadata, EntityMetadata, Me } from '../../metadata/effective.ts';
import { ClientError, type ErrorDetail } from './errors.ts';
import { parseExact } from './exact-json.ts';

/** A row as the API answers: wire names and `name@annotation` keys. */
export type Row = Readonly<Record<string, unknown>>;

export interface ListQuery {
  /** A view's id, e.g. `account/views/active`: its filter (and order, when none is given) is applied on the server. */
  readonly view?: string;
  readonly select?: readonly string[];
  /** An OData condition. */
  readonly filter?: string;
  readonly orderby?: string;
  readonly expand?: string;
  readonly search?: string;
  readonly top?: number;
  /** Rows per page. */
  readonly size?: number;
  readonly count?: boolean;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Pass to `listNext`; absent on the last page. */
  readonly next?: string;
  readonly count?: number;
}

export interface Saved {
  readonly id: string;
  readonly etag: string;
  readonly row: Row;
}

export interface DeletePreviewItem {
  readonly relationship: string;
  readonly entity: string;
  readonly title: string;
  /** Rows that the caller may read. */
  readonly count: number;
  /** There are others. */
  readonly others: boolean;
  readonly effect: 'delete' | 'unlink' | 'restrict';
}

export interface WriteOptions {
  /** Be refused with DUPLICATE_FOUND (412) where the row seems to be there already. */
  readonly detectDuplicates?: boolean;
}

export type MeChange = Partial<Pick<Me, 'language' | 'calendar' | 'timeZone' | 'theme'>>;

export interface Client {
  list(set: string, query: ListQuery, signal?: AbortSignal): Promise<Page>;
  listNext(link: string, size: number, signal?: AbortSignal): Promise<Page>;
  retrieve(set: string, id: string, query?: Pick<ListQuery, 'select' | 'expand'>, signal?: AbortSignal): Promise<Saved>;
  create(set: string, values: Row, options?: WriteOptions): Promise<Saved>;
  /** With an ETag the write is refused with a conflict (412) when the row changed meanwhile. */
  update(set: string, id: string, values: Row, etag?: string, options?: WriteOptions): Promise<Saved>;
  remove(set: string, id: string, etag?: string): Promise<void>;
  deletePreview(set: string, id: string): Promise<readonly DeletePreviewItem[]>;
  associate(set: string, id: string, navigation: string, targetSet: string, targetId: string): Promise<void>;
  disassociate(set: string, id: string, navigation: string, targetSet: string, targetId: string): Promise<void>;
  app(language: string): Promise<AppMetadata>;
  entity(name: string, language: string): Promise<EntityMetadata>;
  me(): Promise<Me>;
  changeMe(change: MeChange): Promise<Me>;
  upload(set: string, id: string, field: string, file: Blob, name: string): Promise<void>;
  fileUrl(set: string, id: string, field: string): string;
  signOut(): Promise<void>;
  /** Any other route of the server: JSON there, JSON back (undefined where the answer has no body). */
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    value?: unknown,
    headers?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<unknown>;
}

export interface ClientOptions {
  /** `https://host`; empty for the page's own origin. */
  readonly origin?: string;
  readonly fetch?: typeof fetch;
  /** Sent with every request, e.g. an API key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Language of formatted values and error texts. */
  language?(): string;
  /** Called when the session has ended (401 on anything but signing in). */
  onSignedOut?(): void;
}

const DATA = '/api/data/v9.2';
const ANNOTATIONS = 'odata.include-annotations="*"';

/** A string as an OData literal, quotes doubled. */
export function odataString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function queryString(query: ListQuery): string {
  const parts: string[] = [];
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') parts.push(`${name}=${encodeURIComponent(value)}`);
  };
  add('savedQuery', query.view);
  add('$select', query.select?.join(','));
  add('$filter', query.filter);
  add('$orderby', query.orderby);
  add('$expand', query.expand);
  add('$search', query.search);
  add('$top', query.top?.toString());
  if (query.count) parts.push('$count=true');
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

async function failure(response: Response): Promise<ClientError> {
  const text = await response.text().catch(() => '');
  let body: unknown;
  try {
    body = parseExact(text);
  } catch {
    body = undefined;
  }
  const error = (body as { error?: Record<string, unknown> } | undefined)?.error;
  // better-auth answers {code, message} without the wrapper.
  const plain = body as { code?: unknown; message?: unknown } | undefined;
  const code = error?.['code'] ?? plain?.code;
  const message = error?.['message'] ?? plain?.message;
  return new ClientError(
    response.status,
    typeof code === 'string' ? code : `HTTP_${response.status}`,
    typeof message === 'string' ? message : response.statusText,
    Array.isArray(error?.['details']) ? (error['details'] as ErrorDetail[]) : [],
    (error?.['@peyvand.data'] as Row | undefined) ?? {},
    undefined,
    Number(response.headers.get('retry-after') ?? '') || undefined,
  );
}

export function createClient(options: ClientOptions = {}): Client {
  const origin = options.origin ?? '';
  const send = options.fetch ?? fetch.bind(globalThis);

  const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('Accept', 'application/json');
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value);
    const language = options.language?.();
    if (language) headers.set('Accept-Language', language);
    let response: Response;
    try {
      response = await send(/^https?:/.test(path) ? path : origin + path, { ...init, headers });
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
      throw new ClientError(0, 'NETWORK', 'The server cannot be reached.', [], {}, cause);
    }
    if (response.ok) return response;
    if (response.status === 401 && !path.includes('/api/auth/sign-in')) options.onSignedOut?.();
    throw await failure(response);
  };
  const read = async (response: Response): Promise<unknown> => {
    const text = await response.text();
    return text === '' ? undefined : parseExact(text);
  };
  const json = async (path: string, init?: RequestInit): Promise<unknown> => read(await request(path, init));
  const body = (method: string, value: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit => ({
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(value),
  });
  const writing = (options: WriteOptions = {}): Readonly<Record<string, string>> => ({
    Prefer: `return=representation,${ANNOTATIONS}`,
    ...(options.detectDuplicates ? { 'MSCRM.SuppressDuplicateDetection': 'false' } : {}),
  });
  const rowUrl = (set: string, id: string) => `${DATA}/${set}(${id})`;

  const page = (answer: unknown): Page => {
    const data = answer as Row & { value: readonly Row[] };
    const next = data['@odata.nextLink'];
    const count = data['@odata.count'];
    return {
      rows: data.value,
      ...(typeof next === 'string' ? { next } : {}),
      ...(typeof count === 'number' ? { count } : {}),
    };
  };
  const saved = async (response: Response, id?: string): Promise<Saved> => {
    const row = ((await read(response)) ?? {}) as Row;
    const etag = response.headers.get('etag') ?? row['@odata.etag'];
    const location = response.headers.get('odata-entityid') ?? '';
    return { id: id ?? /\(([^)]+)\)$/.exec(location)?.[1] ?? '', etag: typeof etag === 'string' ? etag : '', row };
  };
  const prefer = (size: number | undefined): HeadersInit => ({
    Prefer: size === undefined ? ANNOTATIONS : `odata.maxpagesize=${size},${ANNOTATIONS}`,
  });

  return {
    list: async (set, query, signal) =>
      page(
        await json(`${DATA}/${set}${queryString(query)}`, {
          headers: prefer(query.size),
          ...(signal ? { signal } : {}),
        }),
      ),
    async listNext(link, size, signal) {
      // The link is absolute; behind a proxy its host may not be ours, so only the path and query are followed.
      const url = new URL(link, 'http://peyvand');
      return page(await json(url.pathname + url.search, { headers: prefer(size), ...(signal ? { signal } : {}) }));
    },
    retrieve: async (set, id, query = {}, signal) =>
      saved(
        await request(rowUrl(set, id) + queryString(query), {
          headers: { Prefer: ANNOTATIONS },
          ...(signal ? { signal } : {}),
        }),
        id,
      ),
    create: async (set, values, options) =>
      saved(await request(`${DATA}/${set}`, body('POST', values, writing(options)))),
    update: async (set, id, values, etag, options) =>
      saved(
        await request(rowUrl(set, id), body('PATCH', values, { ...writing(options), 'If-Match': etag ?? '*' })),
        id,
      ),
    async remove(set, id, etag) {
      await request(rowUrl(set, id), { method: 'DELETE', headers: etag ? { 'If-Match': etag } : {} });
    },
    async deletePreview(set, id) {
      const answer = (await json(`${rowUrl(set, id)}/Peyvand.DeletePreview()`)) as { items: DeletePreviewItem[] };
      return answer.items;
    },
    async associate(set, id, navigation, targetSet, targetId) {
      const target = { '@odata.id': `${new URL(rowUrl(targetSet, targetId), origin || globalThis.location.origin)}` };
      await request(`${rowUrl(set, id)}/${navigation}/$ref`, body('POST', target));
    },
    async disassociate(set, id, navigation, _targetSet, targetId) {
      await request(`${rowUrl(set, id)}/${navigation}(${targetId})/$ref`, { method: 'DELETE' });
    },
    app: async (language) => (await json(`/api/metadata/app?language=${encodeURIComponent(language)}`)) as AppMetadata,
    entity: async (name, language) =>
      (await json(
        `/api/metadata/entities/${encodeURIComponent(name)}?language=${encodeURIComponent(language)}`,
      )) as EntityMetadata,
    me: async () => (await json('/api/me')) as Me,
    changeMe: async (change) => (await json('/api/me', body('PATCH', change))) as Me,
    async upload(set, id, field, file, name) {
      await request(`${rowUrl(set, id)}/${field}`, {
        method: 'PUT',
        headers: {
          'Content-Type': file.type || 'application/octet-stream',
          'x-ms-file-name': encodeURIComponent(name),
        },
        body: file,
      });
    },
    fileUrl: (set, id, field) => `${origin}${rowUrl(set, id)}/${field}/$value`,
    async signOut() {
      await request('/api/auth/sign-out', body('POST', {}));
    },
    ask: (method, path, value, headers = {}, signal) =>
      json(path, {
        ...(value === undefined ? { method, headers } : body(method, value, headers)),
        ...(signal && { signal }),
      }),
  };
}
