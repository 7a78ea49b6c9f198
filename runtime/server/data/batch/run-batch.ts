// Does what a batch says, in its order: each request as if it had come alone, the requests of a change set in one transaction.
import { transactAll } from '../../../../core/records/transact.ts';
import { parseAddress } from '../../../../core/records/parse-address.ts';
import type { Call } from '../../../../core/engine.ts';
import { SECURITY_HEADERS } from '../../answer.ts';
import { fail } from '../../errors.ts';
import { openInnerExchange, type Exchange } from '../../exchange.ts';
import { SERVICE_PATH, type References, type Within } from '../request.ts';
import type { Answered, AnsweredItem, BatchItem, BatchRequest } from './batch-item.ts';

/** How the server answers one request of a batch; made by the app, so that it is the way of any other request. */
export interface InnerRoutes {
  /** Throws what it meets. `within`: the transaction and the rows that the batch has made so far. */
  answer(exchange: Exchange, within: Within): Promise<Response>;
  /** The answer for what was thrown. */
  fault(exchange: Exchange, thrown: unknown): Response;
  /** Told of each answer, for log and figures. */
  done(exchange: Exchange, status: number): void;
}

/** In bytes: all answers of one batch, which are held together. */
const MOST_ANSWERED = 64 * 1024 * 1024;

/** Headers that every answer has; those inside a batch need no reminder. */
const LEFT_OUT: ReadonlySet<string> = new Set(Object.keys(SECURITY_HEADERS).map((name) => name.toLowerCase()));

/** Stops behind the first item that failed unless `goOn`. */
export async function runBatch(
  call: Call,
  outer: Exchange,
  items: readonly BatchItem[],
  routes: InnerRoutes,
  goOn: boolean,
): Promise<readonly AnsweredItem[]> {
  const made = new Map<string, Reference>();
  const failedIds = new Set<string>();
  const answered: AnsweredItem[] = [];
  let size = 0;

  const open = (request: BatchRequest, references: References): Exchange =>
    openInnerExchange(outer, { ...request, url: addressOf(call, request, references) }, request.number);
  const refusal = async (request: BatchRequest, thrown: unknown): Promise<Answered> => {
    const exchange = openInnerExchange(outer, { ...request, url: SERVICE_PATH }, request.number);
    return answerOf(request, routes.fault(exchange, thrown));
  };

  const answerRequest = async (request: BatchRequest): Promise<AnsweredItem> => {
    const item: BatchItem = { kind: 'request', request };
    let exchange: Exchange | undefined;
    let response: Response;
    try {
      requireEarlier(request, failedIds);
      exchange = open(request, made);
      response = await routes.answer(exchange, { references: made });
    } catch (thrown) {
      if (!exchange) return { item, answers: [await refusal(request, thrown)], failed: true };
      response = routes.fault(exchange, thrown);
    }
    routes.done(exchange, response.status);
    remember(call, request, response, made);
    return { item, answers: [await answerOf(request, response)], failed: response.status >= 400 };
  };

  const answerSet = async (item: BatchItem & { readonly kind: 'set' }): Promise<AnsweredItem> => {
    let current: { readonly request: BatchRequest; exchange?: Exchange } | undefined;
    try {
      const { answers, references } = await transactAll(call, async ({ executor, engine }) => {
        // Begun anew when another transaction was in the way: then nothing of the first try counts.
        const answers: Answered[] = [];
        const own = new Map(made);
        for (const request of item.requests) {
          current = { request };
          requireEarlier(request, failedIds);
          const exchange = (current.exchange = open(request, own));
          const response = await routes.answer(exchange, { references: own, engine, ...(executor && { executor }) });
          if (response.status >= 400) throw new TypeError(`a change answered ${response.status} without an error`);
          remember(call, request, response, own);
          answers.push(await answerOf(request, response));
        }
        return { answers, references: own };
      });
      for (const [id, row] of references) made.set(id, row);
      return { item, answers, failed: false };
    } catch (thrown) {
      const request = current?.request ?? item.requests[0];
      if (!request) throw thrown;
      const { exchange } = current ?? {};
      if (!exchange) return { item, answers: [await refusal(request, thrown)], failed: true };
      const response = routes.fault(exchange, thrown);
      routes.done(exchange, response.status);
      return { item, answers: [await answerOf(request, response)], failed: true };
    }
  };

  for (const item of items) {
    const done =
      size > MOST_ANSWERED
        ? await tooMuch(item, refusal)
        : item.kind === 'set'
          ? await answerSet(item)
          : await answerRequest(item.request);
    answered.push(done);
    for (const { body } of done.answers) size += body.length;
    if (!done.failed) continue;
    for (const { id } of item.kind === 'set' ? item.requests : [item.request]) if (id !== undefined) failedIds.add(id);
    if (item.kind === 'set' && item.id !== undefined) failedIds.add(item.id);
    if (!goOn) break;
  }
  return answered;
}

interface Reference {
  readonly entity: string;
  readonly id: string;
}

async function tooMuch(
  item: BatchItem,
  refusal: (request: BatchRequest, thrown: unknown) => Promise<Answered>,
): Promise<AnsweredItem> {
  const [request] = item.kind === 'set' ? item.requests : [item.request];
  const thrown = fail('BATCH_ANSWER_TOO_LARGE', { limit: MOST_ANSWERED });
  return { item, answers: request ? [await refusal(request, thrown)] : [], failed: true };
}

function requireEarlier({ dependsOn }: BatchRequest, failedIds: ReadonlySet<string>): void {
  const missing = dependsOn.find((id) => failedIds.has(id));
  if (missing !== undefined) throw fail('BATCH_DEPENDENCY', { id: missing.slice(0, 80) });
}

/**
 * The address below this server: absolute ones lose their host, relative ones begin at the service, and `$1` at the beginning is
 * the row that the request of that Content-ID made.
 */
function addressOf(call: Call, { url }: BatchRequest, references: References): string {
  const path = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '');
  const own = path.startsWith('/api/') || path === '/api' ? path : SERVICE_PATH + path.replace(/^\/+/, '');
  const match = /^\/api\/data\/v9\.2\/(?:\$|%24)([\w.~-]+)(?=$|[/?(])/.exec(own);
  const [whole = '', name = ''] = match ?? [];
  const row = references.get(name);
  if (!match || (!row && /^(?:metadata|batch|crossjoin|all|entity)$/.test(name))) return own;
  if (!row) throw fail('REFERENCE_UNKNOWN', { name: `$${name.slice(0, 80)}` });
  const set = call.engine.model.entities.get(row.entity)?.set ?? row.entity;
  return `${SERVICE_PATH}${set}(${row.id})${own.slice(whole.length)}`;
}

/** What `$<id>` means from here on: the row that a request made or changed. */
function remember(call: Call, { id }: BatchRequest, response: Response, made: Map<string, Reference>): void {
  const url = id === undefined || response.status >= 400 ? null : response.headers.get('odata-entityid');
  if (id === undefined || url === null) return;
  const parsed = parseAddress(call.engine.model, url);
  if ('problem' in parsed || !('id' in parsed.address)) return;
  made.set(id, { entity: parsed.entity.name, id: parsed.address.id });
}

async function answerOf(request: BatchRequest, response: Response): Promise<Answered> {
  const headers: [string, string][] = [];
  for (const [name, value] of response.headers) {
    if (!LEFT_OUT.has(name)) headers.push([SPELLED[name] ?? name, value]);
  }
  return { request, status: response.status, headers, body: Buffer.from(await response.arrayBuffer()) };
}

/** Some clients search the text of the answer for headers as Dataverse spells them. */
const SPELLED: Readonly<Record<string, string>> = {
  'content-type': 'Content-Type',
  'odata-version': 'OData-Version',
  'odata-entityid': 'OData-EntityId',
  etag: 'ETag',
  location: 'Location',
  'preference-applied': 'Preference-Applied',
};
