// Regular expressions of requests: the part of the language in which no text takes long. Counted repetitions, look-around and
// back references are left out, so that Postgres matches with an automaton.

/** Longer patterns are refused: each place of it is a state of the automaton. */
export const patternLength = 100;

/** Why the pattern is not accepted, or undefined. One pass over its characters. */
export function refusePattern(pattern: string): string | undefined {
  if (pattern.length > patternLength) return `a pattern of more than ${patternLength} characters`;
  let depth = 0;
  let isSet = false;
  let previous = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (sign === '\0') return 'a pattern cannot hold a zero byte';
    if (sign === '\\') {
      if (next === undefined) return 'nothing follows the last \\';
      if (!/[dDsSwW]|[^\p{L}\p{N}\0]/u.test(next)) return `\\${next} is not understood`;
      at += 1;
      previous = 'x';
      continue;
    }
    if (isSet) {
      if (sign === '[') return '[ inside [ … ] needs a \\ before it';
      if (sign === ']') isSet = false;
      else if (sign === '-' && next !== ']' && (pattern[at - 1] ?? '') > (next ?? ''))
        return 'a range in [ … ] runs backwards';
      previous = 'x';
      continue;
    }
    if (sign === '[') {
      isSet = true;
      if (next === '^') at += 1;
      if (pattern[at + 1] === ']') return '[ ] is empty';
    } else if (sign === '(') {
      if (next === '?') return '(? … ) is not understood';
      depth += 1;
      if (depth > 5) return 'brackets more than 5 deep';
    } else if (sign === ')') {
      depth -= 1;
      if (depth < 0) return 'a ) without its (';
    } else if (sign === '{' || sign === '}') {
      return '{ … } is not understood; write the repetition out, or \\{ for the sign';
    } else if (sign === '*' || sign === '+' || sign === '?') {
      if (previous === '' || '(|^$*+?'.includes(previous))
        return `nothing stands before the ${sign} that could be repeated`;
    }
    previous = sign;
  }
  if (isSet) return 'a [ without its ]';
  return depth > 0 ? 'a ( without its )' : undefined;
}
