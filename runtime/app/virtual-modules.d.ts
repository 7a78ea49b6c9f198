// Modules that vite-plugin.ts makes.
declare module 'virtual:peyvand-fields' {
  /** Field type → its browser half's module. */
  export const fieldLoaders: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;
}
