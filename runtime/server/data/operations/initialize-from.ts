// InitializeFrom: the values with which a new row that comes from another one begins. Nothing is stored. Mapped are fields of the
// same name that mean the same (type and, of lookups, what they may refer to), what every row has for itself left out, and the
// first lookup of the new row's entity that can refer to the source is bound to it.
import type { Entity, Field } from '../../../../core/model/model.ts';
import { suggest } from '../../../../core/model/suggest.ts';
import { notFound } from '../../../../core/records/not-found.ts';
import { retrieveOData } from '../../../../core/records/retrieve.ts';
import { requirePrivilege } from '../../../../core/security/access.ts';
import { answerOData } from '../../answer.ts';
import { fail } from '../../errors.ts';
import { shipped, type NamedRow } from './operation.ts';

/** How much the target's field is asked to take: what callers may give on create, on update, or may see. */
const KINDS = ['All', 'ValidForCreate', 'ValidForUpdate', 'ValidForRead'];

function mapped(source: Entity, target: Entity, kind: string): readonly (readonly [Field, Field])[] {
  return [...target.fields.values()].flatMap((to) => {
    const from = source.fields.get(to.name);
    if (!from || from.system !== undefined || to.system !== undefined || from.type !== to.type) return [];
    if (to.type.blob || to.type.generate || from === source.key) return [];
    if (kind !== 'ValidForRead' && kind !== 'All' && (to.readOnly || (kind === 'ValidForUpdate' && to.immutable)))
      return [];
    // Copies of what a lookup names are made anew, and amounts in base currency follow.
    if (to.stamp || to.compose) return [];
    const targets = to.reference?.targets;
    return targets && !from.reference?.targets.some((one) => targets.includes(one)) ? [] : [[from, to] as const];
  });
}

export const initializeFrom = shipped({
  name: 'InitializeFrom',
  kind: 'function',
  parameters: [
    { name: 'EntityMoniker', type: 'entity' },
    { name: 'TargetEntityName', type: 'text' },
    { name: 'TargetFieldType', type: 'text', optional: true },
  ],
  returns: { type: 'record' },
  async answer({ request, parameters }) {
    const { call, reading } = request;
    const { model } = call.engine;
    const read = await parameters();
    const { entity: source, address } = read['EntityMoniker'] as NamedRow;
    const name = read['TargetEntityName'] as string;
    const kind = (read['TargetFieldType'] as string | undefined) ?? 'ValidForCreate';
    const target = model.entities.get(name);
    if (!target || target.union)
      throw fail('ENTITY_UNKNOWN', { name, suggestion: suggest(name, model.entities.keys()) });
    if (!KINDS.includes(kind)) {
      const message = `TargetFieldType is one of ${KINDS.join(', ')}.`;
      throw fail(
        'BODY_INVALID',
        { count: 1 },
        { details: [{ code: 'PARAMETER_INVALID', target: 'TargetFieldType', message }] },
      );
    }
    requirePrivilege(call.principal, model, 'create', target.name);
    const pairs = mapped(source, target, kind);
    const wires = pairs.flatMap(([from]) =>
      from.columns.filter(({ hidden, quotient }) => !hidden && !quotient).map(({ wire }) => wire),
    );
    const select = [source.key.name, ...wires].join(',');
    const annotations = { annotations: 'Microsoft.Dynamics.CRM.lookuplogicalname' };
    const found = await retrieveOData(call, source, address, `$select=${select}`, {
      root: reading.root,
      ...annotations,
    });
    if (!found) throw notFound(source, address);
    const row = JSON.parse(found.body) as Readonly<Record<string, unknown>>;
    const values: Record<string, unknown> = {};
    const bind = (field: Field, entity: string, id: unknown): boolean => {
      const step = [...target.navigation.values()].find(
        (one) => one.kind === 'one' && one.field === field.name && one.target === entity,
      );
      const set = model.entities.get(entity)?.set;
      if (!step || set === undefined || typeof id !== 'string') return false;
      values[`${step.name}@odata.bind`] = `/${set}(${id})`;
      return true;
    };
    for (const [from, to] of pairs) {
      const wire = from.columns[0]?.wire ?? from.name;
      const value = row[wire] ?? null;
      if (value === null) continue;
      if (!to.reference) values[to.name] = value;
      else
        bind(
          to,
          String(row[`${wire}@Microsoft.Dynamics.CRM.lookuplogicalname`] ?? to.reference.targets[0] ?? ''),
          value,
        );
    }
    const isFree = ({ name: field, system }: Field) =>
      system === undefined &&
      ![...target.navigation.values()].some((one) => one.field === field && `${one.name}@odata.bind` in values);
    for (const field of target.fields.values()) {
      if (!field.reference || field.readOnly || !isFree(field)) continue;
      if (bind(field, source.name, row[source.key.name])) break;
    }
    const context = `${reading.root}/$metadata#${target.set}/$entity`;
    const type = `#Microsoft.Dynamics.CRM.${target.name}`;
    return answerOData(200, JSON.stringify({ '@odata.context': context, '@odata.type': type, ...values }));
  },
});
