// What rules mean, apart from forms and writes: branches, what begins, what is hidden, and rules that never settle.
import jsonata from 'jsonata';
import { expect, test } from 'vitest';
import {
  applyRules,
  branchesOf,
  RulesUnsettled,
  type Evaluate,
  type RuleRecord,
} from '../../../metadata/apply-rules.ts';
import type { RuleMetadata } from '../../../metadata/effective.ts';

const evaluate: Evaluate = async (text, record) => jsonata(text).evaluate(record) as Promise<unknown>;

const apply = async (rules: readonly RuleMetadata[], record: RuleRecord, before?: RuleRecord, given: string[] = []) =>
  applyRules(
    rules,
    {
      record,
      before: before ? await branchesOf(rules, before, evaluate) : new Map(),
      given: new Set(given),
    },
    evaluate,
  );

test('a rule asks while its condition is true, and its other half while it is not', async () => {
  const rules: RuleMetadata[] = [
    { id: 'a', when: 'kind = 1', then: { require: ['x'], lock: ['y'] }, else: { require: ['z'] } },
  ];
  const then = await apply(rules, { kind: 1 });
  expect([[...then.required], [...then.locked]]).toEqual([['x'], ['y']]);
  const otherwise = await apply(rules, {});
  expect([[...otherwise.required], [...otherwise.locked]]).toEqual([['z'], []]);
});

test('what some rule shows is there only while one shows it; hiding goes before showing', async () => {
  const rules: RuleMetadata[] = [
    { id: 'a', when: 'a', then: { show: ['s', 't'] } },
    { id: 'b', when: 'b', then: { show: ['s'] } },
    { id: 'c', when: 'c', then: { hide: ['t', 'u'] } },
  ];
  expect([...(await apply(rules, {})).hidden]).toEqual(['s', 't']);
  expect([...(await apply(rules, { b: true })).hidden]).toEqual(['t']);
  expect([...(await apply(rules, { a: true, c: true })).hidden]).toEqual(['t', 'u']);
});

test('a default comes as the rule begins, where nothing is and nothing was given; a set value always', async () => {
  const rules: RuleMetadata[] = [{ id: 'a', when: 'kind = 1', then: { default: { x: '5' }, set: { y: 'x * 2' } } }];
  expect(Object.fromEntries((await apply(rules, { kind: 1 })).values)).toEqual({ x: 5, y: 10 });
  expect(Object.fromEntries((await apply(rules, { kind: 1, x: 7 })).values)).toEqual({ y: 14 });
  expect(Object.fromEntries((await apply(rules, { kind: 1 }, undefined, ['x'])).values)).toEqual({});
  // It held before: whoever emptied the field meant it.
  expect(Object.fromEntries((await apply(rules, { kind: 1 }, { kind: 1, x: 7 })).values)).toEqual({});
  expect(Object.fromEntries((await apply(rules, { kind: 1 }, { kind: 2 })).values)).toEqual({ x: 5, y: 10 });
});

test('rules that set what others read settle, or are named as those that never do', async () => {
  const chain: RuleMetadata[] = [
    { id: 'a', when: 'y = 2', then: { set: { z: '3' } } },
    { id: 'b', when: 'x = 1', then: { set: { y: '2' } } },
  ];
  expect(Object.fromEntries((await apply(chain, { x: 1 })).values)).toEqual({ y: 2, z: 3 });
  const endless: RuleMetadata[] = [{ id: 'more', when: 'true', then: { set: { x: '$number(x ? x : 0) + 1' } } }];
  await expect(apply(endless, {})).rejects.toThrow(RulesUnsettled);
  await expect(apply(endless, {})).rejects.toThrow('more');
});

test('of several rules about a choice field only what all of them allow is left', async () => {
  const rules: RuleMetadata[] = [
    { id: 'a', when: 'true', then: { choices: { kind: [1, 2, 3] } } },
    { id: 'b', when: 'true', then: { choices: { kind: [2, 3, 4] } } },
  ];
  expect((await apply(rules, {})).choices.get('kind')).toEqual([2, 3]);
});
