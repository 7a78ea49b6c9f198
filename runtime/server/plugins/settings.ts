// /api/plugins/:id/settings and …/merge: what an administrator says to a plugin, and decides after its upgrade.
import { decideConflicts, savePluginSettings, type Decision } from '../../../core/plugins/lifecycle.ts';
import { secretSettings, shownSettings } from '../../../core/plugins/settings.ts';
import { readConflicts } from '../../../core/plugins/store.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { notePlugin } from './note.ts';
import { manifestOf, pluginId, rowOf } from './show.ts';

/** GET /api/plugins/:id/settings → {schema, values, secrets: [{name, set}]} */
export function showSettings(services: Services, exchange: Exchange): Response {
  const id = pluginId(exchange);
  const row = rowOf(services.organization, id);
  const schema = manifestOf(services.organization, id)?.settings;
  const { values, set } = shownSettings(schema, row.settings);
  const secrets = secretSettings(schema).map((name) => ({ name, set: set.includes(name) }));
  return answerJson(200, { schema: schema ?? null, values, secrets });
}

/** PUT /api/plugins/:id/settings {…} */
export async function changeSettings(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const id = pluginId(exchange);
  rowOf(services.organization, id);
  const { value } = await readJson(exchange, 256 * 1024);
  const { organization, settingsKey } = services;
  await savePluginSettings(organization, id, value as JsonObject, settingsKey, { userId: principal.userId });
  await notePlugin(services, exchange, principal, { plugin: id, act: 'set', settings: Object.keys(value) });
  return showSettings(services, exchange);
}

/** GET /api/plugins/:id/merge → {conflicts}: the open ones and those that were decided */
export async function showMerge(services: Services, exchange: Exchange): Promise<Response> {
  const { id } = rowOf(services.organization, pluginId(exchange));
  const { database, organization } = services;
  return answerJson(200, { conflicts: await readConflicts(database, organization.schema, id) });
}

/** POST /api/plugins/:id/merge {decisions: [{id, take: ours | theirs}]} */
export async function decide(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { id } = rowOf(services.organization, pluginId(exchange));
  const { value } = await readJson(exchange, 1024 * 1024);
  const given: unknown = value['decisions'];
  if (!Array.isArray(given) || given.length > 10_000 || !given.every(isDecision)) {
    const message = 'Give decisions as a list of {"id": of a conflict, "take": "ours" or "theirs"}.';
    throw fail(
      'BODY_INVALID',
      { count: 1 },
      { details: [{ code: 'DECISIONS_EXPECTED', target: 'decisions', message }] },
    );
  }
  await decideConflicts(services.organization, id, given, { userId: principal.userId });
  await notePlugin(services, exchange, principal, { plugin: id, act: 'decided', count: given.length });
  return showMerge(services, exchange);
}

function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('take' in value)) return false;
  return typeof value.id === 'string' && (value.take === 'ours' || value.take === 'theirs');
}
