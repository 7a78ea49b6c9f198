// Rights that the server half uses, as far as its text shows, against those that plugin.json declares.
import type { Manifest } from '../../../core/plugins/manifest.ts';
import type { EventHandler } from '../../../core/sdk/index.ts';
import type { Finding } from './finding.ts';
import type { CallSite, Source } from './sources.ts';

const PRIVILEGE_OF = new Map([
  ['create', 'create'],
  ['createMany', 'create'],
  ['list', 'read'],
  ['remove', 'delete'],
  ['retrieve', 'read'],
  ['storeFile', 'write'],
  ['update', 'write'],
  ['updateMany', 'write'],
]);

/** `records.create`, `context.system.list`: of what is called so anywhere, only what takes an entity's name. */
const RECORDS = /(?:^|\.)(?:records|system)\.(\w+)$/;

/** What may be records under another name: then nothing is said to be unused. */
const INDIRECT = /\.(?:create|createMany|list|remove|retrieve|storeFile|update|updateMany)$/;

interface Use {
  readonly entity: string;
  readonly privilege: string;
  readonly source: Source;
  readonly call: CallSite;
}

/** `own`: the plugin's entities; `known`: all entities of the model. */
export function checkRights(
  manifest: Manifest,
  handlers: readonly EventHandler[],
  sources: readonly Source[],
  own: ReadonlySet<string>,
  known: ReadonlySet<string>,
): readonly Finding[] {
  const findings: Finding[] = [];
  const { rights } = manifest;
  const server = sources.filter(({ half }) => half === 'server');
  const uses: Use[] = [];
  const hosts = new Set<string>();
  const secrets = new Set<string>();
  let jobs = false;
  let unseen = 0;
  let indirect = false;
  const declared = (entity: string, privilege: string): boolean =>
    [entity, '*'].some((name) => rights.entities.get(name)?.has(privilege) === true);

  for (const source of server) {
    for (const call of source.calls) {
      const [, verb] = RECORDS.exec(call.callee) ?? [];
      const privilege = verb === undefined ? undefined : PRIVILEGE_OF.get(verb);
      const [first] = call.texts;
      const at = { file: source.file, ...call.place };
      if (privilege !== undefined) {
        if (first === undefined) unseen += 1;
        else uses.push({ entity: first, privilege, source, call });
      } else if (INDIRECT.test(call.callee) && !call.callee.startsWith('Object.')) indirect = true;
      else if (/(?:^|\.)fetch$/.test(call.callee)) {
        const host = first !== undefined && URL.canParse(first) ? new URL(first).host : undefined;
        if (host === undefined) unseen += 1;
        else {
          hosts.add(host);
          if (!rights.hosts.has(host))
            findings.push({
              ...at,
              severity: 'error',
              message: `it calls ${host}; plugin.json must say "rights": { "hosts": ["${host}"] }`,
            });
        }
      } else if (/(?:^|\.)secret$/.test(call.callee)) {
        if (first === undefined) unseen += 1;
        else {
          secrets.add(first);
          if (!rights.secrets.has(first))
            findings.push({
              ...at,
              severity: 'error',
              message: `it asks for the secret "${first}"; plugin.json must say "rights": { "secrets": ["${first}"] }`,
            });
        }
      } else if (call.callee === 'defineSchedule') {
        jobs = true;
        if (!rights.jobs)
          findings.push({
            ...at,
            severity: 'error',
            message: 'it works by the clock; plugin.json must say "rights": { "jobs": true }',
          });
      }
    }
  }
  for (const { entity, privilege, source, call } of uses) {
    if (own.has(entity) || declared(entity, privilege)) continue;
    const message = known.has(entity)
      ? `it needs "${privilege}" on ${entity}; plugin.json must say "rights": { "entities": { "${entity}": ${lineFor(entity, privilege, manifest)} } }`
      : `there is no entity "${entity}" in the model of this plugin and what it requires`;
    findings.push({ file: source.file, ...call.place, severity: 'error', message });
  }
  const note = (message: string): void => void findings.push({ file: 'plugin.json', severity: 'note', message });
  const heard = new Set(handlers.flatMap(({ entity }) => entity ?? []));
  // Calls that cannot be read from the text may use what seems unused.
  if (unseen > 0)
    note(`${unseen} calls name their entity, host or secret only when they run: their rights are not looked at`);
  else if (!indirect) {
    for (const [entity, privileges] of rights.entities) {
      const used = uses.filter((use) => use.entity === entity || entity === '*').map((use) => use.privilege);
      const idle = [...privileges].filter(
        (one) => PRIVILEGES_SEEN.has(one) && !used.includes(one) && !(one === 'read' && heard.has(entity)),
      );
      if (idle.length > 0)
        note(`the right ${idle.join(', ')} on ${entity} is asked for and, as far as can be seen, not used`);
    }
    for (const host of rights.hosts) if (!hosts.has(host)) note(`the host ${host} is asked for and not called`);
    for (const name of rights.secrets) if (!secrets.has(name)) note(`the secret "${name}" is asked for and not read`);
    if (rights.jobs && !jobs) note('the right to jobs is asked for, and nothing works by the clock');
  }
  for (const entity of rights.entities.keys())
    if (entity !== '*' && !known.has(entity)) note(`it asks for rights on "${entity}", which nobody has here`);
  return findings;
}

/** Privileges that a call shows; append, assign and share depend on values. */
const PRIVILEGES_SEEN: ReadonlySet<string> = new Set(PRIVILEGE_OF.values());

function lineFor(entity: string, privilege: string, { rights }: Manifest): string {
  const all = [...(rights.entities.get(entity) ?? []), privilege];
  return `[${all.map((one) => `"${one}"`).join(', ')}]`;
}
