// What `peyvand plugin check` finds: what is wrong, where, how to mend it.

export interface Finding {
  /** Inside the plugin: `handlers/plan-day.ts`. */
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** A `note` lets the check pass. */
  readonly severity: 'error' | 'note';
  readonly message: string;
}

/** `handlers/plan-day.ts:12:3: …` */
export function describeFinding({ file, line, column, severity, message }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `${severity === 'note' ? 'note   ' : 'error  '}${place}: ${message}`;
}
