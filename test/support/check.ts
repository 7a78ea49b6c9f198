// `npm run check`: every static check, each in its own process, with one line of verdict per check.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

interface Check {
  readonly name: string;
  readonly parameters: readonly string[];
}

const tool = (path: string): string => join('node_modules', path);

const checks: readonly Check[] = [
  { name: 'types', parameters: [tool('typescript/bin/tsc'), '-b'] },
  { name: 'lint', parameters: [tool('oxlint/bin/oxlint'), '--deny-warnings'] },
  { name: 'format', parameters: [tool('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  {
    name: 'templates',
    parameters: [
      tool('lit-analyzer/cli.js'),
      '--strict',
      '--quiet',
      '--rules.no-missing-import',
      'off',
      // It does not know lit's `nothing`; the compiler checks the expressions themselves.
      '--rules.no-incompatible-type-binding',
      'off',
      'runtime/ui/**/*.ts',
      'runtime/app/**/*.ts',
      'plugins/**/browser.ts',
    ],
  },
  { name: 'dead code', parameters: [tool('knip/bin/knip.js'), '--no-progress'] },
  { name: 'generated files', parameters: ['metadata/schemas/generate.ts', '--check'] },
];

function run(check: Check): Promise<boolean> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, check.parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(Buffer.from(String(error))));
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`);
      if (code !== 0) console.log(output.trimEnd());
      resolve(code === 0);
    });
  });
}

// Two at a time: more only makes a two-core machine wait on itself.
async function runAll(): Promise<boolean> {
  const queue = [...checks];
  let sound = true;
  const worker = async () => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const passed = await run(check);
      sound &&= passed;
    }
  };
  await Promise.all([worker(), worker()]);
  return sound;
}

process.exitCode = (await runAll()) ? 0 : 1;
