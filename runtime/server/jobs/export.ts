// /api/export/:entity: the rows of a query as a file, at once where they are few, else as a job whose file is fetched later.
import { beginExport, MEDIA_TYPES } from '../../../core/exchange/export-job.ts';
import { fail } from '../../../core/exchange/errors.ts';
import {
  countRows,
  noteExport,
  planExport,
  readExportRequest,
  writeExport,
  type PlannedExport,
} from '../../../core/exchange/export.ts';
import { readRows } from '../../../core/exchange/read-rows.ts';
import type { Call } from '../../../core/engine.ts';
import { fileOf, readParts } from '../../../core/jobs/parts.ts';
import { readJob } from '../../../core/jobs/store.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerStream } from '../answer.ts';
import { readJson } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { answerBegun, entityIn, namedIn } from './request.ts';

/** Rows that are waited for. */
const MOST_AT_ONCE = 20_000;
/** Exports that are streamed at the same time: each holds a connection. */
const MOST_STREAMS = 4;
/** Milliseconds until a reader that does not read is given up. */
const LONGEST = 5 * 60_000;
let streams = 0;

/** POST /api/export/:entity `{query?, columns?, format?, raw?, keys?, job?}` → the file, or 202 with a job. */
export async function exportRows(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const entity = entityIn(call, exchange);
  const { value } = await readJson(exchange, 256 * 1024);
  const request = readExportRequest(value);
  const plan = planExport(call, entity, request);
  const rows = await countRows(call, plan, MOST_AT_ONCE).catch((error: unknown) => {
    // What takes too long to count takes too long to wait for.
    if (error instanceof PeyvandError && error.code === 'DATABASE_TIMEOUT') return Infinity;
    throw error;
  });
  if (rows > MOST_AT_ONCE || value['job'] === true) return answerBegun(call, await beginExport(call, entity, request));
  if (streams >= MOST_STREAMS) throw fail('EXPORT_BUSY');
  await noteExport(call, plan, rows);
  const { format } = request;
  return answerStream(200, streamOf(call, plan), {
    'Content-Type': MEDIA_TYPES[format],
    'Content-Disposition': disposition(`${plan.title}.${format}`),
  });
}

/** The pieces as the client takes them; the cursor is let go at the end, when the client goes, or when it takes too long. */
function streamOf(call: Call, plan: PlannedExport): ReadableStream<Uint8Array> {
  streams += 1;
  let wanted: (() => void) | undefined;
  let ended = false;
  let clock: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      clock = setTimeout(() => {
        ended = true;
        wanted?.();
        controller.error(new Error('the reader took too long'));
      }, LONGEST);
      clock.unref();
      readRows(call, plan.list, async (pages) => {
        for await (const piece of writeExport(plan, pages)) {
          if (ended) return;
          controller.enqueue(piece);
          if ((controller.desiredSize ?? 0) <= 0 && !ended) await new Promise<void>((resolve) => (wanted = resolve));
        }
        if (!ended) controller.close();
      })
        .catch((error: unknown) => {
          if (!ended) controller.error(error);
        })
        .finally(() => {
          streams -= 1;
          clearTimeout(clock);
        });
    },
    pull() {
      wanted?.();
    },
    cancel() {
      ended = true;
      wanted?.();
    },
  });
}

/** GET /api/jobs/:id/file */
export async function showJobFile(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const job = await readJob(call, namedIn(exchange));
  const { name, type, size } = fileOf(job);
  const parts = readParts(call, job.id);
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await parts.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
  return answerStream(200, stream, {
    'Content-Type': type,
    'Content-Length': String(size),
    'Content-Disposition': disposition(name),
  });
}

/** RFC 6266: the name in any script, and one in ASCII for what cannot read it. */
function disposition(name: string): string {
  const ascii = name.replace(/[^\w. -]/g, '_');
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
