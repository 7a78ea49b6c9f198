// What plugins get for `node:module`: a `require` for packages that are not ES modules. It goes through the same doors.
import module from 'node:module';

export const createRequire = module.createRequire;
export const builtinModules = module.builtinModules;
export const isBuiltin = module.isBuiltin;
export default Object.freeze({ createRequire, builtinModules, isBuiltin });
