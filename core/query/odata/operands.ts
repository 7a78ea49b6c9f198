// What stands on one side of a comparison, or in a function: known for what it is only when both sides are read, since a
// constant takes the type of what it is compared with.
import type { Entity, Model } from '../../model/model.ts';
import { convert } from '../literal.ts';
import type { Literal, LiteralKind, ValueType } from '../literal.ts';
import { isWhole } from './lexer.ts';
import type { Token } from './lexer.ts';
import { refuseEvaluated } from '../scope.ts';
import type { Resolved } from '../scope.ts';
import { isNumber } from '../term-types.ts';
import type { Condition, Path, Term, TermType } from '../tree.ts';
import type { TokenReader } from './token-reader.ts';

export interface FilterScope {
  readonly model: Model;
  readonly entity: Entity;
  readonly literals: readonly Literal[];
  /** Inside a lambda: the name its own paths begin with. */
  readonly variable?: string;
  /** What else paths may begin with there: variables of lambdas around it, and `$it`. */
  readonly outer?: ReadonlyMap<string, Entity>;
  /** Values that the request has given names ($compute). */
  readonly computed?: ReadonlyMap<string, Computed>;
}

export interface Computed {
  readonly term: Term;
  readonly type: ValueType;
}

export interface ReadPath {
  /** As the tree has it. */
  readonly steps: Path;
  /** As the request has it. */
  readonly text: string;
  readonly token: Token;
  /** Where the path begins. */
  readonly entity: Entity;
}

export type Operand =
  | { readonly kind: 'literal' | 'null' | 'list'; readonly token: Token }
  | { readonly kind: 'boolean'; readonly token: Token; readonly value: boolean }
  /** `resolved` is missing where the path leads nowhere, which is noted. */
  | { readonly kind: 'path'; readonly token: Token; readonly path: ReadPath; readonly resolved: Resolved | undefined }
  /** `alike`: what it equals where text is compared without case. */
  | {
      readonly kind: 'term';
      readonly token: Token;
      readonly term: Term;
      readonly type: ValueType;
      readonly alike?: Operand;
    }
  | { readonly kind: 'condition'; readonly token: Token; readonly condition: Condition }
  /** What is wrong with it is noted. */
  | { readonly kind: 'broken'; readonly token: Token };

/** A condition that holds for no row: put in the place of what is noted as wrong. */
export const nothing: Condition = { kind: 'false' };

/** The type a constant has by itself. */
export function typeOfLiteral(kind: LiteralKind | undefined, text: string): TermType {
  switch (kind) {
    case 'number':
      return isWhole(text) ? 'bigint' : 'numeric';
    case 'guid':
      return 'uuid';
    case 'date':
      return 'date';
    case 'datetime':
      return 'timestamptz';
    case 'time':
    case 'duration':
      return kind;
    default:
      return 'text';
  }
}

/** The operand as a value of a row, or undefined where it is none, which is noted. */
export function termOf(
  reader: TokenReader,
  operand: Operand,
): { readonly term: Term; readonly type: ValueType } | undefined {
  switch (operand.kind) {
    case 'term':
      return operand;
    case 'path': {
      const { resolved, path } = operand;
      if (!resolved) return undefined;
      const refused = refuseEvaluated(resolved);
      if (refused) {
        reader.note(refused.code, refused.problem, operand.token);
        return undefined;
      }
      return { term: { kind: 'column', path: path.steps }, type: resolved.column.type };
    }
    case 'literal': {
      const type = typeOfLiteral(operand.token.literal, operand.token.text);
      const converted = convert(
        operand.token.literal ?? 'string',
        operand.token.text,
        isNumber(type) ? 'numeric' : type,
      );
      if ('problem' in converted) {
        reader.note('QUERY_VALUE_INVALID', converted.problem, operand.token);
        return undefined;
      }
      return { term: { kind: 'constant', type, value: { slot: operand.token.slot } }, type };
    }
    case 'boolean':
      return { term: { kind: 'constant', type: 'boolean', value: operand.value }, type: 'boolean' };
    case 'condition':
      return { term: { kind: 'truth', of: operand.condition }, type: 'boolean' };
    case 'null':
      reader.note('QUERY_VALUE_INVALID', 'null has no place here: nothing could come of it', operand.token);
      return undefined;
    case 'list':
      reader.note('QUERY_SYNTAX', 'a list can stand after in only', operand.token);
      return undefined;
    case 'broken':
      return undefined;
  }
}

/** The operand as a condition: yes/no values are one. */
export function conditionOf(reader: TokenReader, operand: Operand): Condition {
  switch (operand.kind) {
    case 'condition':
      return operand.condition;
    case 'boolean':
      return { kind: operand.value ? 'true' : 'false' };
    case 'path':
      if (!operand.resolved) return nothing;
      if (operand.resolved.column.type === 'boolean')
        return { kind: 'compare', path: operand.path.steps, operator: 'eq', value: true };
      reader.refuse(`expected eq, ne, gt, ge, lt, le or in after ${operand.path.text}`);
    // eslint-disable-next-line no-fallthrough
    case 'term':
      if (operand.type === 'boolean') {
        const right: Term = { kind: 'constant', type: 'boolean', value: true };
        return { kind: 'compare-terms', left: operand.term, operator: 'eq', right };
      }
      reader.refuse('expected eq, ne, gt, ge, lt, le or in after a value');
    // eslint-disable-next-line no-fallthrough
    case 'broken':
      return nothing;
    default:
      return reader.refuse(
        operand.kind === 'list' ? 'a list alone is no condition' : 'expected eq, ne, gt, ge, lt or le after the value',
      );
  }
}
