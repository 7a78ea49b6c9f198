// Builtin modules that server halves may import. Whoever checks a plugin says the same.

/** They compute, and reach nothing. */
export const pureModules: ReadonlySet<string> = new Set([
  'assert',
  'assert/strict',
  'buffer',
  'constants',
  'crypto',
  'events',
  'path',
  'path/posix',
  'path/win32',
  'punycode',
  'querystring',
  'stream',
  'stream/consumers',
  'stream/promises',
  'stream/web',
  'string_decoder',
  'timers',
  'timers/promises',
  'url',
  'util',
  'util/types',
  'zlib',
]);

/** They get stand-ins of ours (`files.ts`, `modules.ts`, `process.ts`). */
export const guardedModules: ReadonlySet<string> = new Set(['fs', 'fs/promises', 'module', 'process']);
