// Modules that vite-plugin.ts makes.
declare module 'virtual:peyvand-fields' {
  /** Field type → its browser half's module. */
  export const fieldLoaders: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;
}
declare module 'virtual:peyvand-modules' {
  /** `<plugin>/<path>` → a module of a plugin's browser half, or its texts. */
  export const moduleLoaders: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;
}
