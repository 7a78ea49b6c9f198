// POST /api/plugins/:id/enable, …/disable and …/reset (lets a plugin be called again whose breaker is open, in this process).
import { switchPlugin } from '../../../core/plugins/lifecycle.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { notePlugin } from './note.ts';
import { answerPlugin, pluginId, rowOf } from './show.ts';

const switched =
  (enabled: boolean) =>
  async (services: Services, exchange: Exchange, principal: Principal): Promise<Response> => {
    const id = pluginId(exchange);
    await switchPlugin(services.organization, id, enabled, { userId: principal.userId });
    await notePlugin(services, exchange, principal, { plugin: id, act: enabled ? 'enabled' : 'disabled' });
    return answerPlugin(services, principal, id, 200);
  };

export const enablePlugin = switched(true);
export const disablePlugin = switched(false);

export async function resetPlugin(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { id } = rowOf(services.organization, pluginId(exchange));
  const { parts } = services.organization.plugins().set.served;
  parts.find(({ manifest }) => manifest.id === id)?.process?.reset(id);
  await notePlugin(services, exchange, principal, { plugin: id, act: 'reset' });
  return answerPlugin(services, principal, id, 200);
}
