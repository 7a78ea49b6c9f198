// Batches in JSON (OData 4.01 JSON format §19): {"requests": [{"id", "method", "url", "headers", "body", "atomicityGroup",
// "dependsOn"}]} and {"responses": […]}. Numbers keep their digits both ways.
import { parseExact } from '../../../../core/records/read-body.ts';
import { isObject } from './is-object.ts';
import type { Answered, AnsweredItem, BatchItem, BatchRequest } from './batch-item.ts';
import { malformed } from './check-batch.ts';
import { encodeUrl } from './multipart.ts';

/** `text` has been parsed once: it is JSON. Throws BATCH_INVALID. */
export function readJsonBatch(text: string): readonly BatchItem[] {
  const { value } = parseExact(text);
  const requests = isObject(value) ? value['requests'] : undefined;
  if (!Array.isArray(requests))
    throw malformed('requests', 'Send {"requests": [{"id": "1", "method": "GET", "url": "…"}]}.');
  const items: BatchItem[] = [];
  const known = new Set<string>();
  const groups = new Set<string>();
  let open: { readonly id: string; readonly requests: BatchRequest[] } | undefined;
  requests.forEach((one: unknown, index) => {
    const where = `requests/${index}`;
    const request = readRequest(one, where, index + 1);
    const group = isObject(one) ? (one['atomicityGroup'] ?? undefined) : undefined;
    if (group !== undefined && typeof group !== 'string') throw malformed(`${where}/atomicityGroup`, 'It is a text.');
    if (request.id !== undefined && (known.has(request.id) || groups.has(request.id))) {
      throw malformed(`${where}/id`, `'${request.id.slice(0, 80)}' is given twice; ids are unique in a batch.`);
    }
    for (const id of request.dependsOn) {
      const told = known.has(id) || (groups.has(id) && id !== group);
      if (!told) throw malformed(`${where}/dependsOn`, `'${id.slice(0, 80)}' is no earlier request or group.`);
    }
    if (request.id !== undefined) known.add(request.id);
    if (group === undefined) {
      open = undefined;
      items.push({ kind: 'request', request });
      return;
    }
    if (open?.id !== group) {
      if (groups.has(group) || known.has(group)) {
        throw malformed(`${where}/atomicityGroup`, `The requests of '${group.slice(0, 80)}' must follow one another.`);
      }
      groups.add(group);
      open = { id: group, requests: [] };
      items.push({ kind: 'set', ...open });
    }
    open.requests.push(request);
  });
  return items;
}

function readRequest(given: unknown, where: string, number: number): BatchRequest {
  if (!isObject(given)) throw malformed(where, 'It is no object.');
  const text = (name: string): string => {
    const value = given[name];
    if (typeof value === 'string' && value !== '') return value;
    throw malformed(`${where}/${name}`, `It is a text, like "${name === 'method' ? 'GET' : 'accounts?$top=1'}".`);
  };
  const { id } = given;
  if (typeof id !== 'string' || id === '' || id.length > 200)
    throw malformed(`${where}/id`, 'Each request has an id, a text.');
  const headers: Record<string, string> = {};
  const listed = given['headers'] ?? {};
  if (!isObject(listed)) throw malformed(`${where}/headers`, 'They are an object of texts.');
  for (const [name, value] of Object.entries(listed)) {
    if (typeof value !== 'string' || /[\r\n\0]/.test(value))
      throw malformed(`${where}/headers/${name.slice(0, 80)}`, 'It is a text of one line.');
    headers[name.toLowerCase()] = value;
  }
  const depends = given['dependsOn'] ?? [];
  if (!Array.isArray(depends) || !depends.every((one): one is string => typeof one === 'string')) {
    throw malformed(`${where}/dependsOn`, 'It is a list of ids.');
  }
  const body = bodyOf(given['body'], headers, where);
  if (body && headers['content-type'] === undefined) headers['content-type'] = 'application/json';
  return {
    number,
    id,
    method: text('method').toUpperCase(),
    url: encodeUrl(text('url')),
    headers,
    body,
    dependsOn: depends,
  };
}

/** JSON as it is; other types as text, or in base64url where they are bytes. */
function bodyOf(body: unknown, headers: Readonly<Record<string, string>>, where: string): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  const type = headers['content-type'] ?? 'application/json';
  if (isJson(type)) return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  if (typeof body !== 'string') throw malformed(`${where}/body`, `A body of ${type.slice(0, 80)} is a text.`);
  return /^text\//i.test(type) ? Buffer.from(body) : Buffer.from(body, 'base64url');
}

function isJson(type: string): boolean {
  return /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type);
}

/** The whole answer. Bodies that are JSON stand in it as they are. */
export function writeJsonBatch(items: readonly AnsweredItem[]): string {
  const responses = items.flatMap(({ item, answers }) => {
    const group = item.kind === 'set' ? item.id : undefined;
    return answers.map((answer) => writeAnswer(answer, group));
  });
  return `{"responses":[${responses.join(',')}]}`;
}

function writeAnswer({ request, status, headers, body }: Answered, group: string | undefined): string {
  const named = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
  const head = JSON.stringify({
    id: request.id,
    ...(group !== undefined && { atomicityGroup: group }),
    status,
    headers: named,
  });
  if (body.length === 0) return head;
  const type = named['content-type'] ?? '';
  const text = isJson(type)
    ? body.toString()
    : JSON.stringify(/^(?:text\/|application\/xml)/i.test(type) ? body.toString() : body.toString('base64url'));
  return `${head.slice(0, -1)},"body":${text}}`;
}
