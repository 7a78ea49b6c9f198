// The time zones to choose from, by part of the world.

export interface ZoneGroup {
  /** `Asia`. */
  readonly region: string;
  readonly zones: readonly { readonly name: string; readonly city: string }[];
}

/** Those the browser knows, with `wanted` among them even where it calls it otherwise. */
export function timeZones(wanted: string): readonly ZoneGroup[] {
  const names = [...new Set([wanted, 'UTC', ...Intl.supportedValuesOf('timeZone')])].toSorted();
  const groups = new Map<string, { name: string; city: string }[]>();
  for (const name of names) {
    const slash = name.indexOf('/');
    const region = slash < 0 ? 'UTC' : name.slice(0, slash);
    const city = name.slice(slash + 1).replaceAll('_', ' ');
    const zones = groups.get(region) ?? [];
    groups.set(region, zones);
    zones.push({ name, city });
  }
  return [...groups].map(([region, zones]) => ({ region, zones }));
}
