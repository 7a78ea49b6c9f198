// Rules are versioned: one that has given points stays as it was, so that what it gave can be explained.
import { defineHandler } from 'peyvand/sdk';
import { problemOf } from '../engine/expression.ts';
import { fail } from '../errors.ts';
import { quoted } from '../store/list-all.ts';
import { numberOf, refOf, textOf } from '../store/values.ts';

const EXPRESSIONS = ['condition', 'linecondition', 'amountexpression'];

const FIXED = [
  ...EXPRESSIONS,
  'code',
  'version',
  'loyaltyprogramid',
  'event',
  'kind',
  'effectivefrom',
  'exclusivitygroup',
  'points',
  'peramount',
  'basis',
  'currencyid',
  'percent',
  'purse',
  'qualifies',
  'pendingdays',
  'expirydays',
  'capday',
  'capmonth',
  'capmember',
  'caphousehold',
];

export const keepRule = defineHandler({
  name: 'keep-rule',
  stage: 'before',
  message: 'update',
  entity: 'loyaltyrule',
  changed: FIXED,
  image: true,
  async run({ image, system }) {
    if (!image) return;
    const [code, version] = [textOf(image, 'code') ?? '', numberOf(image, 'version') ?? 1];
    const own = `_loyaltyprogramid_value eq ${refOf(image, 'loyaltyprogramid') ?? ''}`;
    const [used] = await system.list(
      'loyaltytransaction',
      `$select=loyaltytransactionid&$filter=${own} and rulecode eq ${quoted(code)} and ruleversion eq ${version}&$top=1`,
    );
    if (used) throw fail('RULE_IN_USE', { code, version, next: version + 1 });
  },
});

function checking(entity: 'loyaltyrule' | 'loyaltytier', message: 'create' | 'update') {
  return defineHandler({
    name: `check-expressions-${entity}-${message}`,
    stage: 'validate',
    message,
    entity,
    run({ values, refuse }) {
      for (const field of EXPRESSIONS) {
        const text = values[field];
        const problem = typeof text === 'string' && text !== '' ? problemOf(text) : undefined;
        if (problem === undefined) continue;
        refuse({ code: 'EXPRESSION_INVALID', target: field, message: `This is no JSONata: ${problem}` });
      }
    },
  });
}

export const checkExpressions = [
  checking('loyaltyrule', 'create'),
  checking('loyaltyrule', 'update'),
  checking('loyaltytier', 'create'),
  checking('loyaltytier', 'update'),
];
