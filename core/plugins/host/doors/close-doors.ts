// Shuts a plugin's process off before any of the plugin's code is loaded: no builtin modules beside the pure ones, no network, no
// way to other processes. Node's permission model (no files beside its folder, no child processes, no workers, no addons) stands behind it.
import module from 'node:module';
import { format } from 'node:util';
// Loaded before the doors close: afterwards nobody gets what they are made of.
import './files.ts';
import './modules.ts';
import { pureModules as pure } from './open-modules.ts';

const own = (name: string): string => new URL(name, import.meta.url).href;
const replaced: ReadonlyMap<string, string> = new Map([
  ['fs', own('files.ts')],
  ['fs/promises', own('files.ts')],
  ['module', own('modules.ts')],
  ['process', own('process.ts')],
]);

/** Of the real `process`, which clever code may still get hold of. */
const gone = [
  '_debugEnd',
  '_debugProcess',
  '_getActiveHandles',
  '_getActiveRequests',
  '_kill',
  '_linkedBinding',
  'abort',
  'binding',
  'chdir',
  'dlopen',
  'execve',
  'getBuiltinModule',
  'initgroups',
  'kill',
  'loadEnvFile',
  'mainModule',
  'openStdin',
  'report',
  'setegid',
  'seteuid',
  'setgid',
  'setgroups',
  'setuid',
  'stderr',
  'stdin',
  'stdout',
  'umask',
];
/** The network, storage, and what carries either in itself. */
const globals = [
  'fetch',
  'Request',
  'Response',
  'Headers',
  'FormData',
  'WebSocket',
  'WebSocketStream',
  'CloseEvent',
  'EventSource',
  'XMLHttpRequest',
  'Worker',
  'navigator',
  'Navigator',
  'localStorage',
  'sessionStorage',
  'Storage',
  'BroadcastChannel',
];

export function closeDoors(sdk: string): void {
  const real = process;
  const print = real.stderr.write.bind(real.stderr);
  const exit = real.exit.bind(real);
  const { isBuiltin } = module;
  const plain = (name: string): string => (name.startsWith('node:') ? name.slice(5) : name);
  const refuse = (name: string): never => {
    throw new Error(
      `the module node:${plain(name)} is not there for plugins: rows come by context.records, other servers by context.fetch, and nothing else is reached from a server half`,
    );
  };
  const isOpen = (name: string): boolean => pure.has(plain(name));

  module.registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'peyvand/sdk') return { url: sdk, shortCircuit: true };
      if (!isBuiltin(specifier)) {
        const found = next(specifier, context);
        return found.url.startsWith('node:') && !isOpen(found.url) ? refuse(found.url) : found;
      }
      if (isOpen(specifier)) return next(specifier, context);
      const instead = replaced.get(plain(specifier));
      return instead === undefined ? refuse(specifier) : { url: instead, shortCircuit: true };
    },
    load(url, context, next) {
      return url.startsWith('node:') && !isOpen(url) && !replaced.has(plain(url)) ? refuse(url) : next(url, context);
    },
  });

  // CommonJS modules reach the loader itself (`module.constructor`): it takes no further hooks, and hands out no builtins.
  const loader = module as unknown as Record<string, (...given: unknown[]) => unknown>;
  const guarded = (name: '_load' | '_resolveFilename'): void => {
    const original = loader[name]?.bind(module);
    const guard = (request: unknown, ...rest: unknown[]): unknown => {
      const asks = typeof request === 'string' && isBuiltin(request);
      if (asks && !isOpen(request) && !replaced.has(plain(request))) refuse(request);
      const found = original?.(request, ...rest);
      if (name === '_resolveFilename' && typeof found === 'string' && isBuiltin(found) && !isOpen(found)) refuse(found);
      return found;
    };
    Object.defineProperty(module, name, { value: guard, writable: false, configurable: false });
  };
  guarded('_load');
  guarded('_resolveFilename');
  for (const name of [
    'registerHooks',
    'register',
    'syncBuiltinESMExports',
    'enableCompileCache',
    '_initPaths',
    'runMain',
  ]) {
    Object.defineProperty(module, name, { value: () => refuse('module'), writable: false, configurable: false });
  }

  const written =
    (level: string) =>
    (...said: unknown[]): void => {
      print(`${level}${format(...said).slice(0, 4_000)}\n`);
    };
  const talk = {
    log: written(''),
    info: written(''),
    debug: written(''),
    warn: written('warning: '),
    error: written('error: '),
  };
  const quiet = (): void => undefined;
  const spoken = Object.freeze({
    ...talk,
    trace: talk.debug,
    dir: talk.log,
    table: talk.log,
    assert: (holds: unknown, ...said: unknown[]) =>
      holds === true ? undefined : talk.error('assertion failed:', ...said),
    group: quiet,
    groupEnd: quiet,
    time: quiet,
    timeEnd: quiet,
    count: quiet,
  });
  const shown = Object.freeze({
    argv: Object.freeze(['node']),
    argv0: 'node',
    arch: real.arch,
    browser: undefined,
    cwd: () => '/',
    emitWarning: (warning: unknown) => talk.warn(warning),
    env: Object.freeze({}),
    execArgv: Object.freeze([]),
    exit: (code?: number) => exit(code),
    hrtime: real.hrtime.bind(real),
    memoryUsage: real.memoryUsage.bind(real),
    nextTick: real.nextTick.bind(real),
    off: quiet,
    on: quiet,
    once: quiet,
    pid: 0,
    platform: real.platform,
    release: Object.freeze({ name: 'node' }),
    stderr: Object.freeze({ isTTY: false, write: (text: unknown) => talk.log(String(text)) }),
    stdout: Object.freeze({ isTTY: false, write: (text: unknown) => talk.log(String(text)) }),
    uptime: real.uptime.bind(real),
    version: real.version,
    versions: Object.freeze({ ...real.versions }),
  });
  for (const name of gone) Reflect.deleteProperty(real, name);
  for (const name of globals) Reflect.deleteProperty(globalThis, name);
  const fixed = { writable: false, configurable: false, enumerable: false };
  Object.defineProperty(globalThis, 'process', { value: shown, ...fixed });
  Object.defineProperty(globalThis, 'console', { value: spoken, ...fixed });
}
