import { describe, expect, it } from 'vitest';
import { expressionProblem, recordNames } from '../../../../core/model/expression.ts';

describe('the names that an expression reads from the record', () => {
  it.each([
    ["firstname & ' ' & lastname", ['firstname', 'lastname']],
    ["stakeholders[role = 'decision']", ['stakeholders']],
    ['$count(lines[price > 5].product) > 0', ['lines']],
    ['customerid.emailaddress1', ['customerid']],
    ['a ? b : c', ['a', 'b', 'c']],
    ['($x := price; $x * quantity)', ['price', 'quantity']],
    ['$map(lines, function($line) { $line.amount + tax })', ['lines', 'tax']],
    ['$$.name', []],
    ['{"key": price, "other": [vat, 1]}', ['price', 'vat']],
    ['-discount', ['discount']],
    ['lines^(>price)', ['lines']],
    ["status in ['a', 'b'] and not", ['status', 'not']],
    ['lines{category: $sum(price)}', ['lines']],
    ['(price * 2)[0]', ['price']],
    ['1 + 1', []],
    ['price >', []],
  ])('%s', (text, names) => {
    expect([...recordNames(text)].toSorted()).toEqual(names.toSorted());
  });
});

describe('an expression that does not parse', () => {
  it('is told with the place in it', () => {
    expect(expressionProblem('price > 1')).toBeUndefined();
    expect(expressionProblem('price > ')).toMatch(/^not a JSONata expression at character \d+: /);
    expect(expressionProblem('(a')).toMatch(/^not a JSONata expression/);
  });
});
