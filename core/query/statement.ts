// A statement in the making: its parameters are recipes that are followed when the plan runs, so that the text is compiled once
// for every request of its shape and every caller of its rights.
import type { Parameter } from '../db/sql.ts';
import type { Principal } from '../security/principal.ts';
import type { Literal } from './literal.ts';

/** What a plan is run with. */
export interface Run {
  readonly literals: readonly Literal[];
  readonly principal: Principal;
  readonly now: Date;
  /** Rows of the page. */
  readonly size: number;
  /** Sort values of the row the page begins after. */
  readonly after: readonly (string | null)[];
  /** Rows before the page, where the query skips any. */
  readonly skip?: number | undefined;
  /** Id of the row whose related rows are asked for. */
  readonly within: string | undefined;
  /** Notes a constant that does not fit its column. */
  refuse(code: string, option: string, message: string): void;
}

export type Binding = (run: Run) => Parameter;

export class Statement {
  readonly bindings: Binding[] = [];
  /** The answer holds places that JavaScript fills in (evaluated-text.ts). */
  evaluates = false;
  readonly #place: (index: number, type: string) => string;
  readonly #shared = new Map<string, string>();
  #aliases = 0;

  /** `place` names the nth parameter (from 0) where it stands among others', as in the statements of writes. */
  constructor(place = (index: number, type: string) => `$${index + 1}::${type}`) {
    this.#place = place;
  }

  /** `$3::uuid` */
  parameter(type: string, binding: Binding): string {
    return this.#place(this.bindings.push(binding) - 1, type);
  }

  /** The same parameter for everyone who asks by this name: what stands twice (in `group by`) must be the same text. */
  shared(name: string, type: string, binding: Binding): string {
    const known = this.#shared.get(name) ?? this.parameter(type, binding);
    this.#shared.set(name, known);
    return known;
  }

  /** A table alias not used before. */
  alias(): string {
    return `t${this.#aliases++}`;
  }
}
