// What stands in the way of a plugin's tests.
import { defineErrors } from '../../core/sdk/index.ts';

export const fail = defineErrors({
  KIT_NO_PLUGIN: {
    status: 404,
    message: 'There is no plugin.json in {folder}. Name the folder of the plugin: startKit({ plugin: … }).',
  },
  KIT_CANNOT_MAKE: {
    status: 422,
    message:
      'The kit cannot think of a valid value for {entity}.{field}. Give one: make("{entity}", { {field}: … }). It said: {reason}',
  },
  KIT_ENTITY_UNKNOWN: { status: 404, message: 'There is no entity {entity}{hint}.' },
  KIT_ROLE_UNKNOWN: { status: 404, message: 'There is no role {role}{hint}; there are {roles}.' },
  KIT_FIELD_TYPE: { status: 422, message: 'The field type {type} does not keep what its examples promise:\n{list}' },
  KIT_NO_BROWSER: { status: 501, message: '{reason}' },
  KIT_CLUSTER_BUSY: {
    status: 503,
    message:
      'The database for tests in {folder} belongs to process {pid}, which does not say how to reach it. Try again when it has ended.',
  },
});
