// Answers as bytes: every response of the server is made here, with plain header objects, so that the security headers
// are always there and @hono/node-server can write it without building Headers.
import type { PeyvandError } from '../../core/sdk/index.ts';

export type HeaderMap = Readonly<Record<string, string>>;

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  // Components set style attributes (widths, positions); scripts get no such leave.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** On every answer. Data is never stored by caches on the way; pages override `Cache-Control`. */
export const SECURITY_HEADERS: HeaderMap = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
};

/** For pages: what the app itself needs. */
export const PAGE_HEADERS: HeaderMap = {
  ...SECURITY_HEADERS,
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
};

const JSON_HEADERS: HeaderMap = { ...SECURITY_HEADERS, 'Content-Type': 'application/json; charset=utf-8' };
const ODATA_JSON_HEADERS: HeaderMap = {
  ...SECURITY_HEADERS,
  'Content-Type': 'application/json; odata.metadata=minimal',
  'OData-Version': '4.0',
};
const ODATA_EMPTY_HEADERS: HeaderMap = { ...SECURITY_HEADERS, 'OData-Version': '4.0' };

export function answerText(status: number, text: string, headers: HeaderMap): Response {
  return new Response(text, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

export function answerBytes(status: number, bytes: Uint8Array<ArrayBuffer>, headers: HeaderMap): Response {
  return new Response(bytes, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

/** What is made while it is sent. */
export function answerStream(status: number, stream: ReadableStream<Uint8Array>, headers: HeaderMap): Response {
  return new Response(stream, { status, headers: { ...SECURITY_HEADERS, ...headers } });
}

export function answerJson(status: number, value: unknown, headers?: HeaderMap): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: headers ? { ...JSON_HEADERS, ...headers } : JSON_HEADERS,
  });
}

/** `json` is text already: lists and records come from the database as they go out. */
export function answerOData(status: number, json: string, headers?: HeaderMap): Response {
  return new Response(json, { status, headers: headers ? { ...ODATA_JSON_HEADERS, ...headers } : ODATA_JSON_HEADERS });
}

export function answerEmpty(status: number, headers?: HeaderMap): Response {
  return new Response(null, {
    status,
    headers: headers ? { ...ODATA_EMPTY_HEADERS, ...headers } : ODATA_EMPTY_HEADERS,
  });
}

/** The OData error object, with all violations and the data of programs that know the code. */
export function answerError(error: PeyvandError, requestId: string, headers?: HeaderMap): Response {
  const body = {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details.length > 0 && {
        details: error.details.map(({ code, target, message }) => ({ code, target, message })),
      }),
      ...(error.data && { '@peyvand.data': error.data }),
    },
  };
  return answerOData(error.status, JSON.stringify(body), { 'X-Request-Id': requestId, ...headers });
}
