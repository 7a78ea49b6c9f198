// /api/plugins/:id/uninstall and …/export: what goes is told and can be taken along before it does.
import { Readable } from 'node:stream';
import { exportPluginData } from '../../../core/plugins/export-data.ts';
import { uninstallPlugin } from '../../../core/plugins/lifecycle.ts';
import { reportUninstall } from '../../../core/plugins/uninstall-report.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson, answerStream } from '../answer.ts';
import { readJson } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { notePlugin } from './note.ts';
import { answerPlugin, pluginId } from './show.ts';

/** GET /api/plugins/:id/uninstall */
export async function showUninstall(services: Services, exchange: Exchange): Promise<Response> {
  return answerJson(200, await reportUninstall(services.organization, pluginId(exchange)));
}

/** POST /api/plugins/:id/uninstall {confirm} */
export async function removePlugin(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const id = pluginId(exchange);
  const { value } = await readJson(exchange, 16 * 1024);
  await uninstallPlugin(services.organization, id, { userId: principal.userId, confirm: value['confirm'] === true });
  await notePlugin(services, exchange, principal, { plugin: id, act: 'uninstalled' });
  return answerPlugin(services, principal, id, 200);
}

/** GET /api/plugins/:id/export → a zip */
export async function exportData(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const id = pluginId(exchange);
  const bytes = await exportPluginData(services.organization, id);
  await notePlugin(services, exchange, principal, { plugin: id, act: 'exported' });
  // Through unknown: plugins' compilers know the browser's streams beside Node's, and the two do not agree.
  const stream: unknown = Readable.toWeb(Readable.from(bytes));
  return answerStream(200, stream as ReadableStream<Uint8Array>, {
    'Content-Type': 'application/zip',
    'Content-Disposition': `attachment; filename="${id}.zip"`,
  });
}
