// Given to `node --import`: a plugin's tests may lie anywhere and still import `peyvand/sdk` and `peyvand/test`.
import { registerHooks } from 'node:module';

const doors = new Map([
  ['peyvand/sdk', new URL('../../core/sdk/index.ts', import.meta.url).href],
  ['peyvand/test', new URL('index.ts', import.meta.url).href],
]);

registerHooks({
  resolve: (specifier, context, next) => {
    const url = doors.get(specifier);
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
});
