// What a plugin called so names its things: `my-fleet` → entities `my_fleet_…`, field types `my-fleet-…`, titles "My fleet".
import { usageFault } from './command.ts';

export interface PluginName {
  readonly id: string;
  /** Of entities, fields, relations and operations. */
  readonly prefix: string;
  readonly title: string;
}

/** Tables' names have at most 63 characters: enough is left for what comes behind the prefix. */
const LONGEST = 24;

export function readPluginName(id: string): PluginName {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(id))
    throw usageFault(
      `"${id}" cannot be the id of a plugin: lower-case letters, digits and - between them, beginning with a letter, like fleet or my-fleet`,
    );
  if (id.length > LONGEST)
    throw usageFault(`"${id}" has ${id.length} characters; the id of a plugin has at most ${LONGEST}`);
  const words = id.replaceAll('-', ' ');
  return {
    id,
    prefix: `${id.replaceAll('-', '_')}_`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
  };
}
