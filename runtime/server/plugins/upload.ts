// POST /api/plugins and /api/plugins/:id/upgrade: a package comes as its bytes, as a folder of the server, or by its name at npm.
import { isAbsolute } from 'node:path';
import { installPlugin, upgradePlugin, type PackageOptions } from '../../../core/plugins/lifecycle.ts';
import {
  fetchPackage,
  openPackage,
  packFolder,
  PACKAGE_LIMITS,
  type PluginPackage,
} from '../../../core/plugins/package.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { readBody, readJson } from '../body.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { notePlugin } from './note.ts';
import { answerPlugin, pluginId } from './show.ts';

interface Sent {
  readonly pack: PluginPackage;
  readonly options: PackageOptions;
}

/** POST /api/plugins → 201, or 409 PLUGIN_RIGHTS with what has to be accepted */
export async function addPlugin(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { pack, options } = await readPackage(services, exchange, principal);
  const { id, version } = pack.manifest;
  await installPlugin(services.organization, pack, options);
  await notePlugin(services, exchange, principal, { plugin: id, act: 'installed', version, hash: pack.hash });
  return answerPlugin(services, principal, id, 201);
}

/** POST /api/plugins/:id/upgrade */
export async function renewPlugin(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const id = pluginId(exchange);
  const { pack, options } = await readPackage(services, exchange, principal);
  await upgradePlugin(services.organization, id, pack, options);
  const { version } = pack.manifest;
  await notePlugin(services, exchange, principal, { plugin: id, act: 'upgraded', version, hash: pack.hash });
  return answerPlugin(services, principal, id, 200);
}

async function readPackage(services: Services, exchange: Exchange, { userId }: Principal): Promise<Sent> {
  const query = readQueryString(exchange.query);
  const confirm = query.get('confirm') === 'true';
  const accept = query.get('acceptRights');
  const type = header(exchange, 'content-type') ?? '';
  const root = services.organization.packages;
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    const pack = await openPackage(await readBody(exchange, PACKAGE_LIMITS.packed), root);
    return { pack, options: { userId, confirm, ...(accept !== undefined && { acceptRights: accept }) } };
  }
  const { value } = await readJson(exchange, 64 * 1024);
  const { folder, npm, acceptRights = accept } = value;
  const rights = acceptedRights(acceptRights);
  const options = {
    userId,
    confirm: confirm || value['confirm'] === true,
    ...(rights !== undefined && { acceptRights: rights }),
  };
  if (typeof folder === 'string' && npm === undefined && isAbsolute(folder) && !folder.includes('\0'))
    return { pack: await openPackage(await packFolder(folder), root), options };
  if (typeof npm === 'string' && folder === undefined)
    return { pack: await openPackage(await fetchPackage(npm), root), options };
  const details = [
    {
      code: 'PACKAGE_EXPECTED',
      target: 'folder',
      message: 'Send a tarball as the body, or {"folder": "/absolute/path"} of the server, or {"npm": "name@version"}.',
    },
  ];
  throw fail('BODY_INVALID', { count: 1 }, { details });
}

function acceptedRights(given: unknown): readonly string[] | string | undefined {
  if (typeof given === 'string') return given;
  return Array.isArray(given) && given.every((one) => typeof one === 'string') ? given : undefined;
}
