// What a verb of `peyvand` is, and how its arguments are read.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { defineErrors } from '../../core/sdk/index.ts';

export interface Command {
  /** One line for `peyvand help`. */
  readonly summary: string;
  /** What follows `peyvand`, one line per form. */
  readonly usage: readonly string[];
  /** Where it is a family of verbs: the one of that name, for its usage. */
  verb?(name: string | undefined): Promise<Command | undefined>;
  /** The exit code: 0 done, 1 refused or failed. */
  run(args: readonly string[]): Promise<number>;
}

export const fail = defineErrors({
  USAGE: { status: 400, message: '{reason}' },
  USER_UNKNOWN: { status: 404, message: 'There is no user with the e-mail address {email}.' },
  USER_EXISTS: { status: 409, message: 'There is already a user with the e-mail address {email}.' },
  KEY_UNKNOWN: {
    status: 404,
    message: 'There is no single key in force with the id or name {key}; `peyvand api-key list` shows them.',
  },
  LOSES_DATA: {
    status: 409,
    message: 'The plan moves data to the recycle bin or loses it (see above). Run again with --yes to do it.',
  },
  FOLDER_NOT_EMPTY: {
    status: 409,
    message: 'The folder {folder} is not empty. Name a new one, or add --force to write over it.',
  },
  FOLDER_MISSING: { status: 404, message: 'There is no folder {folder}.' },
  PLUGIN_SHIPPED: {
    status: 409,
    message:
      '{folder} ships with Peyvand and is there at each `peyvand start`; `plugin dev` is for plugins in other folders.',
  },
  PLUGIN_UNSOUND: { status: 422, message: 'The plugin is not packed before this is mended:\n{list}' },
  BUILD_FAILED: { status: 500, message: 'The app could not be built: {reason}' },
});

type OptionTypes = NonNullable<ParseArgsConfig['options']>;

/** parseArgs with errors that name the usage. */
export function readOptions<T extends OptionTypes>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw fail('USAGE', { reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}

export function usageFault(reason: string): Error {
  return fail('USAGE', { reason });
}
