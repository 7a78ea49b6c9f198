import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { lexRequest } from '../../../../../core/query/odata/lex-request.ts';
import { readRequest } from '../../../../../core/query/odata/read-request.ts';
import type { Query } from '../../../../../core/query/tree.ts';
import { PeyvandError } from '../../../../../core/sdk/index.ts';
import { shipModel } from '../../../../support/ships.ts';
import type { Ships } from '../../../../support/ships.ts';

let ships: Ships;
beforeAll(async () => {
  ships = await shipModel();
});

function read(query: string, of: 'collection' | 'row' = 'collection'): Query {
  const options = { annotations: { formatted: false, lookup: false }, language: 'en', of };
  return readRequest(ships.model, ships.ship, lexRequest(query), options);
}

/** The problems a query is refused with, as `target: message`. */
function problems(query: string, of: 'collection' | 'row' = 'collection'): readonly string[] {
  try {
    read(query, of);
  } catch (error) {
    if (!(error instanceof PeyvandError)) throw error;
    expect(error.status).toBe(400);
    return error.details.length > 0 ? error.details.map((one) => `${one.target}: ${one.message}`) : [error.message];
  }
  return [];
}

describe('$filter', () => {
  it('gives and a stronger bond than or, and not the strongest', () => {
    expect(read('$filter=not crew eq 1 or crew eq 2 and kind eq 3').filter).toMatchObject({
      kind: 'or',
      of: [{ kind: 'not' }, { kind: 'and' }],
    });
  });

  it('reads a chain of hundreds of conditions without nesting', () => {
    const chain = Array.from({ length: 400 }, (_, index) => `crew eq ${index}`).join(' or ');
    expect(read(`$filter=${chain}`).filter).toMatchObject({ kind: 'or', of: { length: 400 } });
  });

  it('walks over lookups, lambdas and tolower', () => {
    expect(read("$filter=tolower(homeport/name) eq 'x' and ship_calls/any(c:c/country ne null)").filter).toMatchObject({
      of: [
        { kind: 'compare', path: ['homeport', 'name'], operator: 'eq' },
        { kind: 'some', path: ['ship_calls'], where: { kind: 'not', of: { path: ['country'], operator: 'null' } } },
      ],
    });
  });

  it('knows the query functions of the Dataverse Web API', () => {
    const filter = "Microsoft.Dynamics.CRM.LastXDays(PropertyName='inspected',PropertyValue=7)";
    expect(read(`$filter=${filter}`).filter).toMatchObject({ path: ['inspected'], operator: 'last-x-days' });
    const values = "Microsoft.Dynamics.CRM.ContainValues(PropertyName='flags',PropertyValues=['1','2'])";
    expect(read(`$filter=${values}`).filter).toMatchObject({ path: ['flags'], operator: 'has-any' });
  });
});

describe('a wrong query', () => {
  it('is told everything that is wrong at once, with place and suggestion', () => {
    expect(
      problems("$select=nam&$filter=crew eq 'x' and tonage gt 1 and contains(crew,'1')&$orderby=flags&$top=-1&$skip=5"),
    ).toEqual([
      '$skip: $skip is not supported: follow @odata.nextLink (Prefer: odata.maxpagesize=…)',
      '$select: ship has no property nam (did you mean "name"?) (at character 1 of $select)',
      "$filter: crew: expected a whole number: 42, not 'x' (at character 9 of $filter)",
      '$filter: ship has no property tonage (did you mean "tonnage"?) (at character 17 of $filter)',
      '$filter: crew (whole-number) cannot be asked with contains; it knows eq, ne, gt, ge, lt, le, in, null (at character 42 of $filter)',
      '$orderby: flags (multi-choice) has no order (at character 1 of $orderby)',
      '$top: expected a whole number, not "-1"',
    ]);
  });

  it.each([
    ['$filter=name eq', 'expected a value or a property, found the end'],
    ['$filter=(name eq null', 'expected ")"'],
    ["$filter=name eq 'x", 'expected a value or a property'],
    ['$filter=name = 1', 'expected eq, ne, gt, ge, lt, le or in after name'],
    ['$filter=homeport eq null', 'a lookup\'s value is "_homeport_value"'],
    ['$filter=ship_calls/name eq null', 'ask about them with ship_calls/any'],
    ['$filter=ship_calls/any(c:name eq null)', 'inside the lambda, write c/name'],
    ['$filter=homeport/any()', 'homeport leads to one row'],
    ["$filter=containz(name,'x')", 'did you mean "contains"'],
    ['$filter=Microsoft.Dynamics.CRM.Todai(PropertyName=%27built%27)', 'did you mean "Microsoft.Dynamics.CRM.Today"'],
    ['$filter=built eq 2026-02-30', 'expected a date: 2026-11-22, not 2026-02-30'],
    ['$filter=inspected gt 2026-01-01T25:00:00Z', 'expected an instant'],
    ['$filter=crew eq 3000000000', 'expected a whole number'],
    ['$filter=_homeport_value eq 5', 'expected an id'],
    ['$filter=afloat eq 1', 'expected true or false'],
    ['$filter=name eq true', 'expected text in quotes'],
    ['$filter=name in (1,2)', 'expected text in quotes'],
    ['$filter=name eq crew', 'of different types'],
    ['$filter=%zz', 'is not valid percent-encoding'],
    ['$filter=name eq %ff', 'is not valid percent-encoding'],
    ['$filter=', 'expected a condition'],
    ['$expand=homeprt', 'did you mean "homeport"'],
    ['$expand=homeport($filter=name eq null)', '$filter has no meaning where one row is expanded'],
    ['$expand=homeport($selct=name)', 'did you mean "$select"'],
    ['$expand=homeport,homeport', 'is expanded twice'],
    ['$apply=groupby((nam))', 'did you mean "name"'],
    ['$apply=aggregate(name with sum as total)', 'name has no sum'],
    ['$apply=aggregate(crew with summ as total)', 'did you mean "sum"'],
    ['$apply=groupby((name),aggregate($count as name))', 'name is the name of two results'],
    ['$apply=groupby((kind))&$orderby=name', '$apply gives no name'],
    ['$apply=groupby((kind))&$select=name', '$select cannot stand beside $apply'],
    ['$filtre=name eq null', 'did you mean "$filter"'],
    ['$count=yes', 'expected true or false'],
    ['savedQuery=afloatt', 'did you mean "afloat"'],
  ])('%s is refused: %s', (query, message) => {
    expect(problems(query).join('\n')).toContain(message);
  });

  it('is refused before it can exhaust the server, however long or deep it is', () => {
    const terms = Array.from({ length: 3000 }, (_, index) => `crew eq ${index}`).join(' or ');
    expect(problems(`$filter=${terms}`).join()).toContain('more than 500 conditions');
    expect(problems(`$filter=${'('.repeat(20_000)}`).join()).toContain('nested more than 32 levels deep');
    expect(problems(`$filter=${'not '.repeat(10_000)}`).join()).toContain('nested more than 32 levels deep');
    expect(problems(`$filter=${'tolower('.repeat(6000)}`).join()).toContain('nested more than 32 levels deep');
    expect(problems(`$filter=${'homeport/'.repeat(5000)}name eq null`).join()).toContain('a path of more than 8 steps');
    expect(problems(`$filter=crew in (${'1,'.repeat(3000)}1)`).join()).toContain('a list of more than 2000 values');
    expect(problems(`$filter=${'x'.repeat(70_000)}`).join()).toContain('more characters than the 65536 allowed');
    const wide = Array.from({ length: 60 }, () => 'createdby').join();
    expect(problems(`$expand=${wide}`).join()).toContain('more than 50 expansions');
  });

  it('that means a collection is refused for one row', () => {
    expect(problems('$filter=crew eq 1&$select=name', 'row')).toEqual(['$filter: $filter has no meaning for one row']);
  });
});

describe('other options', () => {
  it('of somebody else do not disturb', () => {
    expect(problems('tag=job-7&p1=1&$select=name')).toEqual([]);
  });

  it('a view gives its filter and its sort, which $orderby replaces', () => {
    const view = read('savedQuery=afloat');
    expect(view.sort).toEqual([{ path: ['homeport', 'name'], direction: 'desc' }]);
    expect(view.filter).toMatchObject({
      of: [
        { path: ['afloat'], operator: 'eq', value: true },
        { path: ['inspected'], operator: 'before', value: 'today' },
        { path: ['homeport', 'country'], operator: 'eq', value: 'Iran' },
      ],
    });
    expect(read('savedQuery=afloat&$orderby=name').sort).toEqual([{ path: ['name'], direction: 'asc' }]);
  });
});

describe('any text at all', () => {
  const word = fc.constantFrom(
    'name',
    'crew',
    'homeport',
    '/',
    'eq',
    'ne',
    'and',
    'or',
    'not',
    '(',
    ')',
    ',',
    "'x'",
    "'",
    '1',
    '-2.5',
    'null',
    'any',
    'c',
    ':',
    'in',
    '2026-01-01',
    'contains(',
    '$select',
    '=',
    ';',
    '$filter',
    '$expand',
    'ship_calls',
    '[',
    ']',
    'Microsoft.Dynamics.CRM.Today',
    "PropertyName='built'",
    'groupby(',
    'aggregate(',
    'with',
    'sum',
    'as',
    '$count',
    '&',
  );
  const sentence = fc.array(word, { maxLength: 40 }).map((words) => words.join(' '));
  const option = fc.constantFrom(
    '$filter',
    '$expand',
    '$apply',
    '$select',
    '$orderby',
    '$search',
    '$top',
    '$skiptoken',
    'x',
  );
  const query = fc
    .array(fc.tuple(option, fc.oneof(sentence, fc.string({ unit: 'binary' }).map(encodeURIComponent), fc.string())))
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

  it('is read, or refused with a 4xx', () => {
    fc.assert(
      fc.property(query, (text) => {
        try {
          read(text);
        } catch (error) {
          if (!(error instanceof PeyvandError) || error.status < 400 || error.status > 499) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
