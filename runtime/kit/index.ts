// peyvand/test: what tests of plugins are written with.
export { startKit } from './start-kit.ts';
export type { Kit, KitOptions, KitServer, World } from './start-kit.ts';
export { noBrowser } from './browser-page.ts';
export type { PageOptions } from './browser-page.ts';
export type { MadeRow } from './make-row.ts';
export type { Person, PersonOptions } from './people.ts';
