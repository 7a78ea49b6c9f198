// Where the command palette can go: the places of the site map, then every other entity the caller may read.
import type { AppMetadata } from '../../metadata/effective.ts';
import { listUrl, placeUrl } from './address.ts';

export interface Destination {
  /** Of a list. */
  readonly entity: string | undefined;
  readonly title: string;
  readonly icon: string | undefined;
  readonly url: string;
}

export function destinations(app: AppMetadata): readonly Destination[] {
  const items = app.areas.flatMap((area) => area.groups.flatMap((group) => group.items));
  const shown = new Set(items.map((item) => item.entity));
  const placed = items.map((item) => ({
    entity: item.entity,
    title: item.title,
    icon: item.icon ?? app.entities[item.entity ?? '']?.icon,
    url: placeUrl(item),
  }));
  const others = Object.entries(app.entities).flatMap(([name, entity]) =>
    shown.has(name) ? [] : [{ entity: name, title: entity.plural, icon: entity.icon, url: listUrl(name) }],
  );
  return [...placed, ...others];
}
