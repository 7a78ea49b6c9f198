// The server's addresses of jobs, changes of many rows, exports and imports, as the pages use them.
import { ClientError, type ListQuery, type Row } from '../../client/index.ts';
import type { Workspace } from '../../ui/workspace.ts';

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: 'waiting' | 'running' | 'cancelling' | 'cancelled' | 'failed' | 'done';
  readonly entity: string | null;
  readonly createdAt: string;
  readonly done: number;
  readonly total: number | null;
  readonly errors: number;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly undoneBy: string | null;
  readonly undoable: boolean;
  readonly file: { readonly name: string; readonly size: number } | null;
}

export interface JobError {
  readonly row: number;
  readonly id: string | null;
  readonly message: string;
}

export interface FoundRow {
  readonly row: number;
  readonly id: string | null;
  readonly act: 'create' | 'update';
  readonly cells: readonly {
    readonly cell: string;
    readonly title: string;
    readonly yours: string;
    readonly theirs: string;
    readonly moved: boolean;
  }[];
}

/** Which rows: all of a list's query, or those named. */
export type Rows = { readonly query: string } | { readonly ids: readonly string[] };

export const hasEnded = ({ state }: Job): boolean => state === 'done' || state === 'failed' || state === 'cancelled';

/** What of a list's query says which rows, and in which order. */
export function queryText({ view, filter, orderby, search }: ListQuery): string {
  const parts: string[] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') parts.push(`${name}=${encodeURIComponent(value)}`);
  };
  add('savedQuery', view);
  add('$filter', filter);
  add('$orderby', orderby);
  add('$search', search);
  return parts.join('&');
}

export interface JobsApi {
  jobs(before?: string): Promise<{ readonly jobs: readonly Job[]; readonly next?: string }>;
  job(id: string): Promise<Job>;
  errors(
    id: string,
    after?: number,
    top?: number,
  ): Promise<{ readonly errors: readonly JobError[]; readonly next?: number }>;
  cancel(id: string): Promise<Job>;
  undo(id: string): Promise<Job>;
  preview(entity: string, change: object): Promise<{ readonly count: number; readonly version: string }>;
  begin(entity: string, change: object): Promise<Job>;
  /** The file, or the job that makes it. */
  export(entity: string, request: object): Promise<Job | { readonly blob: Blob; readonly name: string }>;
  check(entity: string, file: File): Promise<Job>;
  found(id: string, state: 'ready' | 'stale'): Promise<{ readonly rows: readonly FoundRow[] }>;
  apply(entity: string, choice: object): Promise<Job>;
}

export const fileUrl = (id: string): string => `/api/jobs/${id}/file`;

export function jobsApi({ client, locale }: Workspace): JobsApi {
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('Accept-Language', locale.language);
    const response = await fetch(path, { ...init, headers });
    if (response.ok) return response;
    const body = (await response.json().catch(() => undefined)) as
      | { readonly error?: { readonly code?: string; readonly message?: string; readonly '@peyvand.data'?: Row } }
      | undefined;
    const { code = `HTTP_${response.status}`, message = response.statusText } = body?.error ?? {};
    throw new ClientError(response.status, code, message, [], body?.error?.['@peyvand.data'] ?? {});
  };
  const of = encodeURIComponent;
  return {
    jobs: (before) => client.ask('GET', `/api/jobs${before === undefined ? '' : `?before=${before}`}`) as never,
    job: (id) => client.ask('GET', `/api/jobs/${id}`) as Promise<Job>,
    errors: (id, after = 0, top = 5) => client.ask('GET', `/api/jobs/${id}/errors?after=${after}&top=${top}`) as never,
    cancel: (id) => client.ask('POST', `/api/jobs/${id}/cancel`, {}) as Promise<Job>,
    undo: (id) => client.ask('POST', `/api/jobs/${id}/undo`, {}) as Promise<Job>,
    preview: (entity, change) => client.ask('POST', `/api/bulk/${of(entity)}/preview`, change) as never,
    begin: (entity, change) => client.ask('POST', `/api/bulk/${of(entity)}`, change) as Promise<Job>,
    async export(entity, request) {
      const response = await send(`/api/export/${of(entity)}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
      });
      if (response.status === 202) return (await response.json()) as Job;
      const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
      return { blob: await response.blob(), name: decodeURIComponent(name ?? 'export') };
    },
    async check(entity, file) {
      const path = `/api/import/${of(entity)}?name=${of(file.name)}`;
      const headers = { 'Content-Type': 'application/octet-stream' };
      return (await (await send(path, { method: 'POST', headers, body: file })).json()) as Job;
    },
    found: (id, state) => client.ask('GET', `/api/jobs/${id}/rows?state=${state}&top=50`) as never,
    apply: (entity, choice) => client.ask('POST', `/api/import/${of(entity)}/apply`, choice) as Promise<Job>,
  };
}

/** Hands a file to the browser's downloads. */
export function saveFile(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** Asks for the job until it has ended; `onChange` sees it in between. */
export async function untilEnded(api: JobsApi, first: Job, onChange: (job: Job) => void): Promise<Job> {
  let job = first;
  for (let pause = 150; !hasEnded(job); pause = Math.min(pause * 1.4, 1_500)) {
    onChange(job);
    await new Promise((resolve) => setTimeout(resolve, pause));
    job = await api.job(job.id).catch((error: unknown) => {
      // A server that restarts goes on with its jobs.
      if (error instanceof ClientError && error.status < 500 && error.status !== 0) throw error;
      return job;
    });
  }
  onChange(job);
  return job;
}
