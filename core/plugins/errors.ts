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
  PLUGIN_CONTRIBUTION: { message: 'The plugin "{plugin}" ({file}): {reason}', status: 422 },
});
