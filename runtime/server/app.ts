// The routes of the server, in one table; what surrounds every request (id, principal, errors, log, figures) in one place.
import { getRequestListener } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../core/security/principal.ts';
import { adminRoutes } from './admin/routes.ts';
import { showExplanation } from './access/explain.ts';
import { endShare, listShares, putShare } from './access/shares.ts';
import { viewAs } from './access/view-as.ts';
import { answerWhatIf } from './access/what-if.ts';
import { answerError, answerJson, answerText } from './answer.ts';
import { authRoutes } from './auth/routes.ts';
import { restoreRecord, showAsOf, showHistory, showSearch } from './audit.ts';
import { answerBatch, BATCH_PATHS } from './data/batch/route.ts';
import { dataRoute } from './data/route.ts';
import { fail } from './errors.ts';
import { actingFor } from './data/on-behalf.ts';
import { SERVICE_PATH, type Within } from './data/request.ts';
import { showEvents } from './events/route.ts';
import { openExchange, originOf, type Bindings, type Exchange } from './exchange.ts';
import { toFault } from './faults.ts';
import { jobRoutes } from './jobs/routes.ts';
import type { Limiter } from './limits.ts';
import type { Log } from './log.ts';
import { changeMe, showMe } from './me.ts';
import { showDuplicatePairs, showMergePreview, showMerges, takeBackMerge } from './merges.ts';
import { showApp, showDashboard, showEntity, showOperation } from './metadata.ts';
import type { Metrics } from './metrics.ts';
import { showOpenApi } from './openapi/route.ts';
import type { Pages } from './pages.ts';
import { pluginRoutes } from './plugins/routes.ts';
import type { Services } from './services.ts';
import { answerDataverse, showFound } from './search.ts';
import { completeFirstRun, showSetup } from './setup.ts';

interface Env {
  Bindings: Bindings;
}
type Route = (exchange: Exchange, services: Services) => Response | Promise<Response>;
type PrincipalRoute = (services: Services, exchange: Exchange, principal: Principal) => Response | Promise<Response>;

export interface AppOptions {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly pages: Pages;
  readonly limiter: Limiter;
  /** Undefined until the organization is open. */
  services(): Services | undefined;
  stopping(): boolean;
}

export type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** Makes the request listener of node:http. */
export function createApp(options: AppOptions): Listener {
  const { log, metrics, pages, limiter } = options;
  const app = new Hono<Env>();

  const answerFault = (exchange: Exchange, thrown: unknown): Response => {
    const { error, retryAfter, unexpected } = toFault(thrown, exchange.id);
    if (unexpected) log.logger.error({ id: exchange.id, err: error.cause ?? error }, error.message);
    const allow = error.status === 405 ? error.data?.['allow'] : undefined;
    return answerError(error, exchange.id, {
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
      ...(typeof allow === 'string' && { Allow: allow }),
      ...(error.status === 401 && { 'WWW-Authenticate': 'Bearer realm="peyvand"' }),
    });
  };

  const open = (): Services => {
    const services = options.services();
    if (!services) throw fail(options.stopping() ? 'STOPPING' : 'STARTING');
    return services;
  };
  /** For everyone; the few routes of signing in. */
  const anyone = (route: Route) => (context: Context<Env>) => route(context.env.exchange, open());
  /** Nothing of ours runs before the caller is known. */
  const caller = (route: PrincipalRoute) => (context: Context<Env>) => {
    const { exchange } = context.env;
    const services = open();
    const answer = (principal: Principal) => {
      exchange.principal = principal;
      exchange.pass = limiter.enter(principal.userId);
      const seeing = viewAs(services, exchange, principal, context.req.path);
      return seeing instanceof Promise
        ? seeing.then((viewed) => route(services, exchange, viewed))
        : route(services, exchange, seeing);
    };
    const known = services.authenticator.authenticate(exchange);
    return known instanceof Promise ? known.then(answer) : answer(known);
  };
  const refuseMethod =
    (...allowed: readonly string[]) =>
    (exchange: Exchange): never => {
      const allow = allowed.join(', ');
      throw fail('METHOD_NOT_ALLOWED', { method: exchange.method, allow }, { data: { allow } });
    };

  app.get('/healthz', () => answerText(200, 'ok\n', { 'Content-Type': 'text/plain; charset=utf-8' }));
  app.get('/readyz', async () => {
    const services = open();
    if (options.stopping()) throw fail('STOPPING');
    await services.database.query('select 1');
    return answerText(200, 'ready\n', { 'Content-Type': 'text/plain; charset=utf-8' });
  });
  app.get('/metrics', () =>
    answerText(200, metrics.render(), { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
  );
  for (const path of ['/healthz', '/readyz', '/metrics'])
    app.all(path, (context) => refuseMethod('GET', 'HEAD')(context.env.exchange));

  const data = (services: Services, exchange: Exchange, caller: Principal, within?: Within) => {
    const acting = actingFor(services, exchange, caller);
    return acting instanceof Promise
      ? acting.then((principal) => dataRoute(services, exchange, principal, within))
      : dataRoute(services, exchange, acting, within);
  };
  /** Each request inside goes the way of any other below the data service. */
  const batch: PrincipalRoute = (services, exchange, principal) => {
    const engine = services.organization.current();
    const call = { engine, principal, requestId: exchange.id, origin: originOf(exchange) };
    return answerBatch(call, exchange, {
      async answer(inner, within) {
        if (inner.pass) inner.pass.meter.requests++;
        if (inner.secret) throw fail('KEY_IN_ADDRESS');
        if (!inner.path.startsWith(SERVICE_PATH)) throw fail('ROUTE_UNKNOWN', { path: inner.path });
        return data(services, inner, principal, within);
      },
      fault: answerFault,
      done: (inner, status) => log.request(inner, status, performance.now() - inner.started),
    });
  };
  for (const path of BATCH_PATHS) {
    app.post(path, caller(batch));
    app.all(
      path,
      caller((_services, exchange) => refuseMethod('POST')(exchange)),
    );
  }
  const outer: PrincipalRoute = (services, exchange, principal) => data(services, exchange, principal);
  app.all('/api/data/v9.2', caller(outer));
  app.all('/api/data/v9.2/*', caller(outer));

  for (const [path, methods] of Object.entries(authRoutes)) {
    for (const [method, route] of Object.entries(methods))
      app.on(
        method,
        path,
        route.caller
          ? caller((services, exchange, principal) => route.answer(services.auth, exchange, principal))
          : anyone((exchange, services) => route.answer(services.auth, exchange)),
      );
    app.all(
      path,
      caller((_services, exchange) => refuseMethod(...Object.keys(methods))(exchange)),
    );
  }

  for (const [path, methods] of [
    ...Object.entries(adminRoutes),
    ...Object.entries(jobRoutes),
    ...Object.entries(pluginRoutes),
  ]) {
    for (const [method, answer] of Object.entries(methods)) app.on(method, path, caller(answer));
    app.all(
      path,
      caller((_services, exchange) => refuseMethod(...Object.keys(methods))(exchange)),
    );
  }

  app.get('/api/metadata/app', caller(showApp));
  app.all(
    '/api/metadata/app',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );
  app.get('/api/metadata/entities/:name', caller(showEntity));
  app.all(
    '/api/metadata/entities/:name',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );
  for (const [path, show] of [
    ['/api/metadata/operations/:name', showOperation],
    ['/api/metadata/dashboards/:name', showDashboard],
  ] as const) {
    app.get(path, caller(show));
    app.all(
      path,
      caller((_services, exchange) => refuseMethod('GET')(exchange)),
    );
  }
  app.get('/api/me', caller(showMe));
  app.patch('/api/me', caller(changeMe));
  app.all(
    '/api/me',
    caller((_services, exchange) => refuseMethod('GET', 'PATCH')(exchange)),
  );
  app.get('/api/access/explain', caller(showExplanation));
  app.all(
    '/api/access/explain',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );
  app.get('/api/access/shares/:entity/:id', caller(listShares));
  app.all(
    '/api/access/shares/:entity/:id',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );
  app.put('/api/access/shares/:entity/:id/:principal', caller(putShare));
  app.delete('/api/access/shares/:entity/:id/:principal', caller(endShare));
  app.all(
    '/api/access/shares/:entity/:id/:principal',
    caller((_services, exchange) => refuseMethod('PUT', 'DELETE')(exchange)),
  );
  app.post('/api/access/what-if', caller(answerWhatIf));
  app.all(
    '/api/access/what-if',
    caller((_services, exchange) => refuseMethod('POST')(exchange)),
  );
  app.get('/api/setup', caller(showSetup));
  app.post('/api/setup', caller(completeFirstRun));
  app.all(
    '/api/setup',
    caller((_services, exchange) => refuseMethod('GET', 'POST')(exchange)),
  );
  app.get('/api/search', caller(showFound));
  app.all(
    '/api/search',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );
  for (const version of ['v1.0', 'v2.0']) {
    for (const action of ['query', 'suggest', 'autocomplete']) {
      app.post(`/api/search/${version}/${action}`, caller(answerDataverse));
      app.all(
        `/api/search/${version}/${action}`,
        caller((_services, exchange) => refuseMethod('POST')(exchange)),
      );
    }
  }
  app.get('/api/audit/search', caller(showSearch));
  app.get('/api/audit/records/:entity/:id', caller(showHistory));
  app.get('/api/audit/records/:entity/:id/as-of', caller(showAsOf));
  app.post('/api/audit/records/:entity/:id/restore', caller(restoreRecord));
  for (const path of ['/api/audit/search', '/api/audit/records/:entity/:id', '/api/audit/records/:entity/:id/as-of'])
    app.all(
      path,
      caller((_services, exchange) => refuseMethod('GET')(exchange)),
    );
  app.all(
    '/api/audit/records/:entity/:id/restore',
    caller((_services, exchange) => refuseMethod('POST')(exchange)),
  );
  app.post('/api/merge/undo', caller(takeBackMerge));
  app.all(
    '/api/merge/undo',
    caller((_services, exchange) => refuseMethod('POST')(exchange)),
  );
  app.get('/api/merge/:entity/:id', caller(showMerges));
  app.get('/api/merge/:entity/:id/preview', caller(showMergePreview));
  app.get('/api/duplicates/:entity', caller(showDuplicatePairs));
  for (const path of ['/api/merge/:entity/:id', '/api/merge/:entity/:id/preview', '/api/duplicates/:entity'])
    app.all(
      path,
      caller((_services, exchange) => refuseMethod('GET')(exchange)),
    );
  app.get('/api/events', caller(showEvents));
  app.all(
    '/api/events',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );
  app.get('/openapi.json', caller(showOpenApi));
  app.all(
    '/openapi.json',
    caller((_services, exchange) => refuseMethod('GET')(exchange)),
  );

  const unknown = (exchange: Exchange): never => {
    throw fail('ROUTE_UNKNOWN', { path: exchange.path });
  };
  app.all(
    '/api',
    caller((_services, exchange) => unknown(exchange)),
  );
  app.all(
    '/api/*',
    caller((_services, exchange) => unknown(exchange)),
  );
  app.all('/studio', (context) => unknown(context.env.exchange));
  app.all('/studio/*', (context) => unknown(context.env.exchange));
  app.all('*', (context) => pages.serve(context.env.exchange));
  app.onError((thrown, context) => answerFault(context.env.exchange, thrown));

  const serve = async (request: Request, bindings: Bindings): Promise<Response> => {
    const exchange = openExchange(bindings.incoming);
    bindings.exchange = exchange;
    metrics.begin();
    let response: Response;
    try {
      if (exchange.secret) throw fail('KEY_IN_ADDRESS');
      response = await app.fetch(request, bindings);
    } catch (thrown) {
      response = answerFault(exchange, thrown);
    }
    // What somebody else would see is for no cache: the same address shows the caller something else.
    if (exchange.viewingAs !== undefined) response.headers.set('Cache-Control', 'no-store');
    const milliseconds = performance.now() - exchange.started;
    const { pass } = exchange;
    if (pass) {
      pass.end(milliseconds);
      if (pass.left !== undefined)
        response.headers.set('x-ms-ratelimit-burst-remaining-xrm-requests', String(pass.left));
    }
    metrics.observe(exchange.method, response.status, milliseconds);
    log.request(exchange, response.status, milliseconds);
    return response;
  };
  // A request line or Host header that is no address never reaches the routes.
  const refuseAddress = (): Response =>
    answerJson(400, { error: { code: 'PATH_MALFORMED', message: 'The address or the Host header cannot be read.' } });
  return getRequestListener((request, bindings) => serve(request, bindings as unknown as Bindings), {
    errorHandler: refuseAddress,
  });
}
