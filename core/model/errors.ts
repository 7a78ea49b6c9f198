// The errors of the model stage: layers that cannot be read, merged or compiled.
import { defineErrors } from '../sdk/index.ts';
import type { Problem } from './layer.ts';
import type { PeyvandError } from '../sdk/index.ts';

const fail = defineErrors({
  MODEL_INVALID: { message: 'The metadata has {count}:\n{list}', status: 422 },
});

/** One error for all problems: a line for people in the message, each by itself in `details`. */
export function invalidModel(problems: readonly Problem[]): PeyvandError {
  const shown = problems.slice(0, 50).map(describeProblem);
  const more = problems.length - shown.length;
  return fail(
    'MODEL_INVALID',
    {
      count: problems.length === 1 ? '1 problem' : `${problems.length} problems`,
      list: [...shown, ...(more > 0 ? [`… and ${more} more`] : [])].join('\n'),
    },
    {
      details: problems.map((problem) => ({
        code: problem.code,
        target: `${problem.file}#${problem.pointer}`,
        message: problem.message,
      })),
      data: { problems },
    },
  );
}

/** `plugins/sales/lead/entity.json:12:5 /properties/subject: …` */
export function describeProblem({ file, line, column, pointer, message }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return `  ${place}${pointer === '' ? '' : ` ${pointer}`}: ${message}`;
}
