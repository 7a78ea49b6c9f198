// `Prefer: respond-async` on an action: 202 at once with the address where its state stands, the work itself as a job with the
// caller's rights. Where it makes no sense (in a change set, in somebody's name) the preference is passed over.
import { enqueueJob } from '../../../../core/jobs/store.ts';
import { answerEmpty } from '../../answer.ts';
import { decodeText, JSON_LIMIT, readBody } from '../../body.ts';
import { header } from '../../exchange.ts';
import type { DataRequest } from '../request.ts';

/** Name of the kind of job. */
export const OPERATION_JOB = 'operation';

/** Headers that change what an action does or answers. */
const KEPT = [
  'content-type',
  'accept-language',
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'mscrm.suppressduplicatedetection',
  'mscrm.bypasscustompluginexecution',
];

export interface LaterRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function mayWait({ preferences, call }: DataRequest): boolean {
  return preferences.respondAsync && !call.executor && !call.principal.within;
}

export async function bodyOf({ exchange }: DataRequest): Promise<string> {
  return decodeText(await readBody(exchange, JSON_LIMIT));
}

/** Throws JOB_TOO_MANY (429). */
export async function answerLater({ call, exchange, reading }: DataRequest, body: string): Promise<Response> {
  const headers: Record<string, string> = {};
  for (const name of KEPT) {
    const value = header(exchange, name);
    if (value !== undefined) headers[name] = value;
  }
  const url = exchange.query === '' ? exchange.path : `${exchange.path}?${exchange.query}`;
  const id = await enqueueJob(call, { kind: OPERATION_JOB, parameters: { url, headers, body }, total: 1 });
  return answerEmpty(202, {
    Location: `${reading.root.replace(/\/api\/data\/v9\.2$/, '')}/api/backgroundoperation/${id}`,
    'x-ms-dyn-backgroundoperationid': id,
    'Preference-Applied': 'respond-async',
  });
}
