// The format language of auto-numbers: literal text with {SEQNUM:n}, {RANDSTRING:n} and {DATETIMEUTC:…}, as in Dataverse,
// but checked when the field is defined and not when the first row is saved.
import type { GeneratedPart } from 'peyvand/sdk';

const TOKEN = /\{([^{}]*)\}/g;
const DATE_PART = /^(?:yyyy|yy|MM|dd|HH|hh|mm|ss|[-_./: ])+$/;

/** The format's parts in order; what is not sound is left out, since `checkFormat` has refused it. */
export function partsOf(format: string, start: number): readonly GeneratedPart[] {
  const parts: GeneratedPart[] = [];
  let position = 0;
  for (const token of format.matchAll(TOKEN)) {
    if (token.index > position) parts.push({ literal: format.slice(position, token.index) });
    const part = partOf(token[1] ?? '', start);
    if (typeof part !== 'string') parts.push(part);
    position = token.index + token[0].length;
  }
  if (position < format.length) parts.push({ literal: format.slice(position) });
  return parts;
}

/** What is wrong with a format; empty when sound. */
export function checkFormat(format: string): readonly string[] {
  const problems: string[] = [];
  let sequences = 0;
  let variable = 0;
  for (const token of format.matchAll(TOKEN)) {
    const part = partOf(token[1] ?? '', 0);
    if (typeof part === 'string') problems.push(`format: ${part}`);
    else if ('sequence' in part) sequences++;
    else if ('random' in part) variable++;
  }
  if (/[{}]/.test(format.replace(TOKEN, ''))) problems.push('format: a { or } stands without its partner.');
  if (/[\0\n\r]/.test(format)) problems.push('format: NUL characters and line breaks cannot be stored in it.');
  if (sequences > 1) problems.push('format: only one {SEQNUM:n} is possible, since a field has one sequence.');
  if (problems.length === 0 && sequences + variable === 0) {
    problems.push('format: every row would get the same number; add {SEQNUM:n} or {RANDSTRING:n}.');
  }
  return problems;
}

/** One token's part, or what is wrong with it. */
function partOf(token: string, start: number): GeneratedPart | string {
  const [name = '', argument = ''] = split(token);
  switch (name) {
    case 'SEQNUM': {
      const digits = count(argument);
      return digits >= 1 && digits <= 18
        ? { sequence: { digits, start } }
        : `{${token}} needs 1 to 18 digits, such as {SEQNUM:5}.`;
    }
    case 'RANDSTRING': {
      const random = count(argument);
      return random >= 1 && random <= 6 ? { random } : `{${token}} needs a length of 1 to 6, such as {RANDSTRING:4}.`;
    }
    case 'DATETIMEUTC':
      return DATE_PART.test(argument)
        ? { date: argument }
        : `{${token}} takes yyyy, yy, MM, dd, HH (or hh), mm, ss and separators, such as {DATETIMEUTC:yyyyMMdd}.`;
    default:
      return `{${token}} is not known; there are {SEQNUM:n}, {RANDSTRING:n} and {DATETIMEUTC:yyyyMMdd}.`;
  }
}

function split(token: string): readonly string[] {
  const colon = token.indexOf(':');
  return colon < 0 ? [token] : [token.slice(0, colon), token.slice(colon + 1)];
}

const count = (argument: string): number => (/^\d{1,2}$/.test(argument) ? Number(argument) : 0);
