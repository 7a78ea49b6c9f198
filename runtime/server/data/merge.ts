// POST Merge, the action of the Dataverse Web API: which two rows, which values the winner takes.
import { merge } from '../../../core/merge/merge.ts';
import type { Entity } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import { readBody } from '../../../core/records/read-body.ts';
import type { Violation } from '../../../core/sdk/index.ts';
import { answerEmpty } from '../answer.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import type { DataRequest } from './request.ts';

interface Named {
  readonly entity: Entity;
  readonly id: string;
}

/** 204; the header `Peyvand-Merge-Id` names the merge, for POST /api/merge/undo. */
export async function mergeRows(request: DataRequest): Promise<Response> {
  const { call, exchange } = request;
  const { value } = await readJson(exchange);
  const problems: Violation[] = [];
  const target = readNamed(request, 'Target', value['Target'], problems);
  const loser = readNamed(request, 'Subordinate', value['Subordinate'], problems);
  const content = value['UpdateContent'] ?? undefined;
  if (content !== undefined && !isObject(content)) problems.push(wrong('UpdateContent', 'must be an object of values'));
  const checks = value['PerformParentingChecks'] ?? false;
  if (typeof checks !== 'boolean') problems.push(wrong('PerformParentingChecks', 'must be true or false'));
  for (const name of Object.keys(value)) {
    if (name.includes('@') || known.includes(name)) continue;
    problems.push(wrong(name, `is no parameter of Merge${suggest(name, known)}`));
  }
  if (target && loser && target.entity !== loser.entity) {
    const message = `is a ${loser.entity.name}, and Target a ${target.entity.name}; only rows of one entity are merged`;
    problems.push(wrong('Subordinate', message));
  }
  if (!target || !loser || problems.length > 0) {
    throw fail('BODY_INVALID', { count: problems.length }, { details: problems });
  }
  // Written once more, so that the numbers among the values stay as they were sent.
  const input = isObject(content)
    ? await readBody(call, target.entity, JSON.stringify(content), { alone: true })
    : undefined;
  const { id } = await merge(call, target.entity, target.id, loser.id, {
    ...(input ? { content: input } : {}),
    checkParents: checks === true,
  });
  return answerEmpty(204, { 'Peyvand-Merge-Id': id });
}

const known = ['Target', 'Subordinate', 'UpdateContent', 'PerformParentingChecks'];

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(target: string, problem: string): Violation {
  return { code: 'PARAMETER_INVALID', target, message: `${target} ${problem}.` };
}

/** `{"accountid": "…", "@odata.type": "Microsoft.Dynamics.CRM.account"}`; the type may be left out where the key tells it. */
function readNamed({ call }: DataRequest, name: string, given: unknown, problems: Violation[]): Named | undefined {
  const { entities } = call.engine.model;
  if (!isObject(given)) {
    problems.push(wrong(name, 'must name a row: {"accountid": "…", "@odata.type": "Microsoft.Dynamics.CRM.account"}'));
    return undefined;
  }
  const type = given['@odata.type'];
  const said = typeof type === 'string' ? type.slice(type.lastIndexOf('.') + 1).replace(/^#/, '') : undefined;
  const entity =
    said === undefined
      ? [...entities.values()].find((one) => !one.union && one.base === undefined && one.key.name in given)
      : entities.get(said);
  if (!entity) {
    const about =
      said === undefined ? 'does not say its @odata.type' : `names "${said.slice(0, 80)}", which is no entity`;
    problems.push(wrong(name, about + (said === undefined ? '' : suggest(said, entities.keys()))));
    return undefined;
  }
  const id = given[entity.key.name];
  if (typeof id === 'string') return { entity, id };
  problems.push(wrong(name, `does not say its ${entity.key.name}`));
  return undefined;
}
