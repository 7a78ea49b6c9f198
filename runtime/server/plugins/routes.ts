// The addresses of plugins (/api/plugins/…), in one table. A plugin brings code and rights, so each asks for a right that only
// administrators have unless a role says otherwise: `manage-plugins`.
import { requireRight } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { exportData, removePlugin, showUninstall } from './remove.ts';
import { changeSettings, decide, showMerge, showSettings } from './settings.ts';
import { showPlugin, showPlugins } from './show.ts';
import { disablePlugin, enablePlugin, resetPlugin } from './switch.ts';
import { addPlugin, renewPlugin } from './upload.ts';

export type PluginAnswer = (
  services: Services,
  exchange: Exchange,
  principal: Principal,
) => Response | Promise<Response>;

const managed =
  (answer: PluginAnswer): PluginAnswer =>
  (services, exchange, principal) => {
    requireRight(principal, services.organization.current().model, 'manage-plugins');
    return answer(services, exchange, principal);
  };

/** Address → method → answer. */
export const pluginRoutes: Readonly<Record<string, Readonly<Record<string, PluginAnswer>>>> = {
  '/api/plugins': { GET: managed(showPlugins), POST: managed(addPlugin) },
  '/api/plugins/:id': { GET: managed(showPlugin) },
  '/api/plugins/:id/enable': { POST: managed(enablePlugin) },
  '/api/plugins/:id/disable': { POST: managed(disablePlugin) },
  '/api/plugins/:id/reset': { POST: managed(resetPlugin) },
  '/api/plugins/:id/upgrade': { POST: managed(renewPlugin) },
  '/api/plugins/:id/uninstall': { GET: managed(showUninstall), POST: managed(removePlugin) },
  '/api/plugins/:id/export': { GET: managed(exportData) },
  '/api/plugins/:id/settings': { GET: managed(showSettings), PUT: managed(changeSettings) },
  '/api/plugins/:id/merge': { GET: managed(showMerge), POST: managed(decide) },
};
