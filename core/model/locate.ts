// Gives a problem its line and column by reading the file's text again: only done when there is a problem to show.
import type { Problem } from './layer.ts';
import { parseJson } from './parse-json.ts';
import { pointerOf, stepsOf } from './pointer.ts';

/** The problem with the line and column of its pointer, or of the nearest place above it that the file has. */
export function locate(problem: Problem, text: string): Problem {
  if (problem.line !== undefined || text === '') return problem;
  const parsed = parseJson(text);
  let steps = stepsOf(problem.pointer);
  for (;;) {
    const position = parsed.position(pointerOf(steps));
    if (position) return { ...problem, ...position };
    if (steps.length === 0) return problem;
    steps = steps.slice(0, -1);
  }
}
