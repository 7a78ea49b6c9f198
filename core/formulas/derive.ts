// Derives the fields of a model that are worked out from others: each formula translated, or marked as one that JavaScript
// answers. In the order of what they read, so that cycles are found and what reads an evaluated field is evaluated, too.
import type { Entity, Field } from '../model/model.ts';
import { escapeStep } from '../model/pointer.ts';
import type { ProblemList } from '../model/problem-list.ts';
import type { Derivation, Node } from './formula.ts';
import { kindOf, translate, wordsFor } from './translate.ts';

/** Nodes that a formula and everything it reads through may have in all: its SQL stays below a megabyte. */
const MOST_NODES = 2_000;

type Entities = ReadonlyMap<string, Entity>;

/** Entity → its fields, where some are derived. */
export function deriveFields(
  entities: Entities,
  problems: ProblemList,
): ReadonlyMap<string, ReadonlyMap<string, Field>> {
  const known = new Map<Field, Derivation | undefined>();
  const sizes = new Map<Field, number>();
  const path: Field[] = [];
  const report = (field: Field, message: string): void =>
    problems.add(
      'FORMULA_INVALID',
      field.origins[0] ?? `${field.entity}/entity`,
      `/properties/${escapeStep(field.name)}/field`,
      message,
    );

  function derive(field: Field): Derivation | undefined {
    const spec = field.type.derived?.(field.spec);
    if (!spec || known.has(field)) return known.get(field);
    const start = path.indexOf(field);
    if (start >= 0) {
      const names = [...path.slice(start), field].map((one) => `${one.entity}.${one.name}`);
      report(field, `the formula goes round in a circle: ${names.join(' → ')}`);
      return undefined;
    }
    const entity = entities.get(field.entity);
    if (!entity) return undefined;
    path.push(field);
    let derivation: Derivation | undefined;
    const isEvaluated = (other: Field): boolean =>
      other.type.derived !== undefined && derive(other)?.kind !== 'translated';
    const translated = translate({ entities, entity, isEvaluated }, spec.expression);
    if (translated.kind === 'wrong') report(field, translated.problem);
    else {
      const scale = spec.scale;
      // Also what only JavaScript answers must not go round in a circle.
      for (const read of translated.reads) {
        const other = entities.get(read.entity)?.fields.get(read.field);
        if (other) derive(other);
      }
      derivation =
        translated.kind === 'translated'
          ? { kind: 'translated', node: translated.node, reads: translated.reads, text: spec.expression, scale }
          : { kind: 'evaluated', reason: translated.reason, reads: translated.reads, text: spec.expression, scale };
      const wrong = checkResult(field, derivation) ?? checkSize(field, derivation);
      if (wrong !== undefined) report(field, wrong);
    }
    path.pop();
    known.set(field, derivation);
    return derivation;
  }

  function checkSize(field: Field, derivation: Derivation): string | undefined {
    const through = derivation.reads.reduce((sum, read) => {
      const other = entities.get(read.entity)?.fields.get(read.field);
      return sum + ((other && sizes.get(other)) ?? 0) * timesRead(derivation, read.field);
    }, 0);
    const size = (derivation.kind === 'translated' ? countNodes(derivation.node) : 1) + through;
    sizes.set(field, size);
    if (size <= MOST_NODES) return undefined;
    return `the formula, with the formulas it reads, has ${size} parts; at most ${MOST_NODES} are worked out`;
  }

  const all = new Map<string, ReadonlyMap<string, Field>>();
  for (const entity of entities.values()) {
    if (![...entity.fields.values()].some((field) => field.type.derived)) continue;
    const fields = [...entity.fields.values()].map((field): readonly [string, Field] => {
      const derivation = derive(field);
      return [field.name, derivation ? { ...field, derivation } : field];
    });
    all.set(entity.name, new Map(fields));
  }
  return all;
}

function checkResult(field: Field, derivation: Derivation): string | undefined {
  const [column] = field.columns;
  const wanted = column && kindOf(column.type);
  if (wanted === undefined) return `a formula cannot give ${column?.type ?? 'nothing'}`;
  if (derivation.kind === 'evaluated' || derivation.node.kind === wanted) return undefined;
  return `the formula gives ${wordsFor(derivation.node.kind)}, the field says ${wordsFor(wanted)}`;
}

function countNodes(node: Node): number {
  return 1 + partsOf(node).reduce((sum, part) => sum + countNodes(part), 0);
}

function partsOf(node: Node): readonly Node[] {
  if (node.op === 'through') return node.ends.map((end) => end.of);
  return 'of' in node ? node.of : [];
}

/** How often a field is named: each time its own formula is worked out. */
function timesRead(derivation: Derivation, name: string): number {
  if (derivation.kind === 'evaluated') return 1;
  const count = (node: Node): number =>
    (node.op === 'field' && node.name === name ? 1 : 0) + partsOf(node).reduce((sum, part) => sum + count(part), 0);
  return Math.max(1, count(derivation.node));
}
