// The errors of the plugin host. Each names the plugin, so that the fault is looked for where it is.
import { defineErrors } from '../sdk/index.ts';

export const pluginError = defineErrors({
  PLUGIN_MANIFEST_MISSING: {
    message: 'The folder {folder} holds no plugin: there is no plugin.json in it, nor in the folders below it.',
    status: 422,
  },
  PLUGIN_DUPLICATE: {
    message: 'Two plugins are called "{plugin}": {first} and {second}. Remove one of them.',
    status: 422,
  },
  PLUGIN_REQUIRED_MISSING: {
    message: 'The plugin "{plugin}" ({folder}) requires "{required}" {range}, which is not installed{hint}.',
    status: 422,
  },
  PLUGIN_VERSION: {
    message: 'The plugin "{plugin}" ({folder}) requires "{required}" {range}; installed is {version}.',
    status: 422,
  },
  PLUGIN_RANGE: {
    message:
      'The plugin "{plugin}" ({folder}) asks for "{range}", which is no range of versions. Write one as npm does: "^1.2.0", ">=1.0.0 <2.0.0", "*".',
    status: 422,
  },
  PLUGIN_ENGINE: {
    message: 'The plugin "{plugin}" ({folder}) is made for Peyvand {range}; this is {version}.',
    status: 422,
  },
  PLUGIN_CYCLE: { message: 'Plugins require each other in a circle: {circle}. One of them must let go.', status: 422 },
  PLUGIN_FAILED: { message: 'The plugin "{plugin}" could not be loaded from {file}: {reason}', status: 422 },
  PLUGIN_NO_NETWORK: { message: 'The plugin "{plugin}" may not reach {url} from here.', status: 409 },
  PACKAGE_INVALID: { message: 'This is no package of a plugin: {reason}.', status: 422 },
  PACKAGE_TOO_LARGE: { message: 'The package has more than {limit}; plugins are smaller.', status: 413 },
  PACKAGE_NAME: {
    message:
      '"{name}" names no package of the registry. Write its name, with a version where one is meant: my-plugin@1.2.0',
    status: 422,
  },
  PACKAGE_NOT_FETCHED: {
    message:
      'npm could not fetch {name}: {reason}. Without a way to the registry, give the tarball that `npm pack` makes.',
    status: 422,
  },
  PACKAGE_MISSING: {
    message: 'The database holds no package of the plugin "{plugin}" with the hash {hash}.',
    status: 500,
  },
  PLUGIN_UNKNOWN: { message: 'There is no plugin "{plugin}" here{hint}.', status: 404 },
  PLUGIN_OF_RELEASE: {
    message: 'The plugin "{plugin}" comes with the installation ({folder}); it is {act} there, not here.',
    status: 409,
  },
  PLUGIN_PRESENT: {
    message: 'The plugin "{plugin}" {version} is installed. Upgrade it to a package with other contents.',
    status: 409,
  },
  PLUGIN_NOT_NEWER: {
    message:
      'The package holds {plugin} {version}, which is older than {present}, the one in use: rows may be of its shape already.',
    status: 409,
  },
  PLUGIN_OTHER: { message: 'The package holds the plugin "{found}", not "{plugin}".', status: 409 },
  PLUGIN_NEEDED: { message: 'The plugin "{plugin}" is needed by {dependents}. Switch {them} off first.', status: 409 },
  PLUGIN_NEEDS: {
    message: 'The plugin "{plugin}" needs {required}, which {is} switched off. Switch {them} on first.',
    status: 409,
  },
  PLUGIN_RIGHTS: {
    message: 'The plugin "{plugin}" asks for rights that are not accepted yet: {rights}. Accept them to go on.',
    status: 409,
  },
  PLUGIN_MIGRATION: {
    message: 'The migration of "{plugin}" to {version} failed, and the upgrade was taken back: {reason}',
    status: 409,
  },
  SETTINGS_INVALID: { message: 'The settings of "{plugin}" have {count}.', status: 400 },
  CONFLICT_UNKNOWN: { message: 'There is no open conflict "{id}" of the plugin "{plugin}".', status: 404 },
  PLUGIN_CONTRIBUTION: { message: 'The plugin "{plugin}" ({file}): {reason}', status: 422 },
  PLUGIN_STOPPED: {
    message:
      'The plugin "{plugin}" failed several times and is not called until {until}, so this could not be done. Last: {reason}. An administrator may let it go on before.',
    status: 503,
  },
  PLUGIN_INTERRUPTED: {
    message:
      'The plugin "{plugin}" was stopped while it worked on this ({label}), because of "{culprit}": {reason}. Nothing of it was stored. Try again.',
    status: 503,
  },
  PLUGIN_TIME: {
    message: '{label} of the plugin "{plugin}" was stopped: {reason}. Nothing of it was stored.',
    status: 409,
  },
  PLUGIN_CRASHED: {
    message: '{label} of the plugin "{plugin}" failed: {reason}. Nothing of it was stored.',
    status: 409,
  },
  PLUGIN_TOO_MUCH: {
    message:
      '{label} of the plugin "{plugin}" could not be run: what it would be given has more than {limit}. Send less at a time. Nothing was stored.',
    status: 413,
  },
  PLUGIN_RIGHT_MISSING: {
    message:
      'The plugin "{plugin}" has no right to {what}. If it should have it, its plugin.json says so under "rights": {line}.',
    status: 403,
  },
  PLUGIN_FETCH: { message: 'The plugin "{plugin}" could not reach {url}: {reason}.', status: 409 },
});
