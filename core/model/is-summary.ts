import type { JsonObject } from '../sdk/index.ts';

/** Whether a view shows groups of rows instead of rows. */
export function isSummary(view: JsonObject): boolean {
  return view['groups'] !== undefined || view['measures'] !== undefined;
}
