// `MSCRM.BypassCustomPluginExecution: true`, for who has the right `bypass-plugins`: handlers inside the write do not run. What runs
// behind the commit does, as in Dataverse. From everybody else the header is ignored, as clients expect.
import type { Engine } from '../../../core/engine.ts';
import type { EventHandler } from '../../../core/sdk/index.ts';
import { hasRight } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { header, type Exchange } from '../exchange.ts';

/** Lists of handlers are held by identity. */
const behind = new WeakMap<readonly EventHandler[], readonly EventHandler[]>();

export function engineFor(engine: Engine, exchange: Exchange, principal: Principal): Engine {
  if (header(exchange, 'mscrm.bypasscustompluginexecution')?.toLowerCase() !== 'true') return engine;
  if (!hasRight(principal, engine.model, 'bypass-plugins')) return engine;
  let handlers = behind.get(engine.handlers);
  if (!handlers) behind.set(engine.handlers, (handlers = engine.handlers.filter(({ stage }) => stage === 'async')));
  return { ...engine, handlers };
}
