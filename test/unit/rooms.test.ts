// DESIGN's table of who may import whom is enforced by the compiler: here it is asked to let one illegal import of each
// sort through, and must refuse.
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Compiles a box with one more file in it, kept in memory only, and returns the compiler's words about that file. */
function complaintsAbout(config: string, file: string, source: string): readonly string[] {
  const path = join(root, file);
  const parsed = ts.getParsedCommandLineOfConfigFile(
    join(root, config),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  );
  if (!parsed) throw new Error(`${config} cannot be read`);
  const host = ts.createCompilerHost(parsed.options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => name === path || fileExists.call(host, name);
  host.readFile = (name) => (name === path ? source : readFile.call(host, name));
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, source, rest[0]) : getSourceFile.call(host, name, ...rest);
  const program = ts.createProgram({
    rootNames: [...parsed.fileNames, path],
    options: parsed.options,
    host,
    ...(parsed.projectReferences ? { projectReferences: parsed.projectReferences } : {}),
  });
  return [...program.getOptionsDiagnostics(), ...program.getSemanticDiagnostics(program.getSourceFile(path))]
    .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'))
    .filter((message) => message.includes('is not listed within the file list of project'));
}

function importOf(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return `import * as other from '${path.startsWith('.') ? path : `./${path}`}';\nexport const used = other;\n`;
}

const illegal: readonly (readonly [config: string, file: string, imported: string])[] = [
  ['metadata/tsconfig.json', 'metadata/illegal.ts', 'core/sdk/index.ts'],
  ['core/sdk/tsconfig.json', 'core/sdk/illegal.ts', 'core/model/model.ts'],
  ['core/tsconfig.json', 'core/query/illegal.ts', 'runtime/server/app.ts'],
  ['core/tsconfig.json', 'core/query/illegal.ts', 'plugins/standard/server.ts'],
  ['runtime/client/tsconfig.json', 'runtime/client/illegal.ts', 'core/sdk/index.ts'],
  ['runtime/server/tsconfig.json', 'runtime/server/illegal.ts', 'plugins/standard/server.ts'],
  ['runtime/server/tsconfig.json', 'runtime/server/illegal.ts', 'runtime/ui/index.ts'],
  ['runtime/ui/tsconfig.json', 'runtime/ui/illegal.ts', 'runtime/app/main.ts'],
  ['runtime/ui/tsconfig.json', 'runtime/ui/illegal.ts', 'core/model/model.ts'],
  ['runtime/app/tsconfig.json', 'runtime/app/illegal.ts', 'core/model/model.ts'],
  ['plugins/standard/tsconfig.server.json', 'plugins/standard/illegal.ts', 'core/model/model.ts'],
  ['plugins/standard/tsconfig.browser.json', 'plugins/standard/fields/text/browser/illegal.ts', 'runtime/app/main.ts'],
];

test.for(illegal)('the compiler of %s refuses that %s imports %s', ([config, file, imported]) => {
  expect(complaintsAbout(config, file, importOf(file, imported))).toContainEqual(
    expect.stringContaining(join(root, imported)),
  );
});

test('the compiler lets a legal import through, so that the refusals above mean something', () => {
  expect(
    complaintsAbout('core/tsconfig.json', 'core/query/legal.ts', importOf('core/query/legal.ts', 'core/sdk/index.ts')),
  ).toEqual([]);
});
