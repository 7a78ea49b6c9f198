// One error for the whole platform: a stable code, an HTTP status, a sentence for people, and every violation at once.
// Each stage declares its own catalogue with `defineErrors`; ranges of codes per stage stand in core/README.md.

/** One thing wrong with the input. `target` names the field, query option or JSON pointer it is about. */
export interface Violation {
  readonly code: string;
  readonly target: string;
  /** Says what is wrong and how to mend it. */
  readonly message: string;
}

export interface ErrorEntry {
  /** Template: `{name}` is replaced from the parameters. */
  readonly message: string;
  /** HTTP status. */
  readonly status: number;
}

export type ErrorCatalogue = Readonly<Record<string, ErrorEntry>>;

export class PeyvandError extends Error {
  override readonly name = 'PeyvandError';
  /** Stable, for programs: `RECORD_NOT_FOUND`. */
  readonly code: string;
  readonly status: number;
  readonly details: readonly Violation[];
  /** More for programs that know the code, e.g. the two values of a conflict. Shown to the caller: no secrets. */
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(
    code: string,
    status: number,
    message: string,
    options: {
      readonly details?: readonly Violation[];
      readonly data?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = status;
    this.details = options.details ?? [];
    this.data = options.data;
  }
}

export interface RaiseOptions {
  readonly details?: readonly Violation[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Makes the function that builds a stage's errors: `const fail = defineErrors({...}); throw fail('RECORD_NOT_FOUND', {entity, id})`.
 */
export function defineErrors<const C extends ErrorCatalogue>(catalogue: C) {
  return Object.assign(
    (
      code: keyof C & string,
      parameters: Readonly<Record<string, string | number>> = {},
      options: RaiseOptions = {},
    ): PeyvandError => {
      const entry = catalogue[code];
      if (!entry) throw new TypeError(`no error ${code} in the catalogue`);
      const message = entry.message.replace(/\{(\w+)\}/g, (all, name: string) => String(parameters[name] ?? all));
      return new PeyvandError(code, entry.status, message, options);
    },
    { catalogue },
  );
}
