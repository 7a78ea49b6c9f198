// What is wrong with what an operator is given.
import { convert } from './literal.ts';
import type { Takes } from './operators.ts';

/** The most units that a count may say: a few centuries. */
const most: Readonly<Record<string, number>> = {
  minutes: 52_560_000,
  hours: 876_000,
  days: 36_500,
  weeks: 5_200,
  months: 1_200,
  years: 100,
  'fiscal-periods': 1_300,
  'fiscal-years': 100,
};

const day = /^\d{4}-\d\d-\d\d(?:[T ].*)?$/;

/** What is wrong with the texts given to an operator over time, rows or patterns, as a sentence; other operands are checked by column. */
export function operandProblem(operator: string, takes: Takes, given: readonly string[]): string | undefined {
  const [first = '', second = ''] = given;
  const whole = (text: string, least: number, greatest: number): boolean =>
    /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= greatest;
  switch (takes) {
    case 'nothing':
      return given.length === 0 ? undefined : `${operator} takes no value`;
    case 'count': {
      const greatest = most[operator.replace(/^(?:last|next|older-than|olderthan)-x-/, '')] ?? 36_500;
      return given.length === 1 && whole(first, 0, greatest)
        ? undefined
        : `expected a whole number of ${unitOf(operator)} between 0 and ${greatest}`;
    }
    case 'day':
      return given.length === 1 &&
        (daysByName.has(first) || (day.test(first) && 'value' in convert('date', first, 'date')))
        ? undefined
        : 'expected a date: 2026-11-22';
    case 'year':
      return given.length === 1 && whole(first, 1, 9000) ? undefined : 'expected a fiscal year: 2026';
    case 'period':
      return given.length === 1 && whole(first, 1, 13) ? undefined : 'expected the number of a fiscal period: 1';
    case 'period-and-year':
      return given.length === 2 && whole(first, 1, 13) && whole(second, 1, 9000)
        ? undefined
        : 'expected the number of a fiscal period and a fiscal year: 1 and 2026';
    case 'id':
      return given.length === 1 && 'value' in convert('guid', first, 'uuid')
        ? undefined
        : 'expected the id of a row: 00000000-0000-0000-0000-000000000000';
    case 'pattern':
      if (given.length !== 1) return 'expected a pattern: %text%';
      return first.split('%').length <= 11 ? undefined : 'a pattern holds at most ten %';
    case 'numbers':
      return given.length > 0 && given.every((item) => 'value' in convert('number', item.trim(), 'integer'))
        ? undefined
        : "whole numbers are needed: ['1','2']";
    case 'two':
      return given.length === 2 ? undefined : 'expected two values: the least and the greatest';
    case 'value':
    case 'text':
      return given.length === 1 ? undefined : 'expected one value';
    case 'list':
      return given.length > 0 ? undefined : 'expected a list of values';
  }
}

/** Days that views may name: the reader's. */
const daysByName: ReadonlySet<string> = new Set(['today', 'yesterday', 'tomorrow']);

function unitOf(operator: string): string {
  return operator.slice(operator.lastIndexOf('-x-') + 3).replace('-', ' ');
}
