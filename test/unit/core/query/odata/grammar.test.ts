// What of the OData 4.01 grammar is understood and what is refused, in the order of the standard's own examples: operators,
// functions, lambdas, aliases, expansions. What is understood also has to become a statement.
import { beforeAll, describe, expect, it } from 'vitest';
import { compileGroups, compilePage } from '../../../../../core/query/compile.ts';
import { lexRequest } from '../../../../../core/query/odata/lex-request.ts';
import { readRequest } from '../../../../../core/query/odata/read-request.ts';
import type { Query } from '../../../../../core/query/tree.ts';
import { PeyvandError } from '../../../../../core/sdk/index.ts';
import { restrict } from '../../../../../core/security/restrict.ts';
import { captain, shipModel } from '../../../../support/ships.ts';
import type { Ships } from '../../../../support/ships.ts';

let ships: Ships;
beforeAll(async () => {
  ships = await shipModel();
});

function read(query: string): Query {
  const options = { annotations: { formatted: false, lookup: false }, language: 'en', of: 'collection' } as const;
  return readRequest(ships.model, ships.ship, lexRequest(query), options);
}

function statementOf(query: string): string {
  const target = { model: ships.model, schema: 'org_default' };
  const page = { limit: 50, afterNulls: undefined, few: undefined };
  const restricted = restrict(read(query), captain, ships.model);
  return (restricted.query.aggregate ? compileGroups : compilePage)(target, restricted, page).text;
}

function problems(query: string): readonly string[] {
  try {
    read(query);
  } catch (error) {
    if (!(error instanceof PeyvandError)) throw error;
    expect(error.status).toBe(400);
    return error.details.length > 0 ? error.details.map((one) => `${one.target}: ${one.message}`) : [error.message];
  }
  return [];
}

const id = '00000000-0000-7000-8001-00000000000a';

describe('$filter understands', () => {
  it.each([
    // Logical operators
    "name eq 'Milk'",
    "name ne 'Milk'",
    'crew gt 20',
    'crew ge 10',
    'tonnage lt 20.5',
    'tonnage le 100',
    'crew le 200 and tonnage gt 3.5',
    'crew le 3 or crew gt 200',
    "not endswith(name,'milk')",
    'not (crew eq 1)',
    'not afloat',
    'afloat',
    'afloat eq true and not (afloat eq false)',
    'true',
    'true or false',
    "name in ('Milk','Cheese')",
    "name in ('Milk',null)",
    'crew in (1,2,3)',
    'crew in [1,2,3]',
    'name in ["Milk","Che\\"ese"]',
    'crew in ()',
    'tonnage in (1,2.5)',
    'crew in (1,2.5)',
    "flags has '1'",
    "flags has '1,2'",
    // Arithmetic
    'crew add 5 gt 10',
    'crew sub 5 gt 10',
    'crew mul 2 gt 2000',
    'crew div 2 gt 4',
    'crew divby 2 eq 3.5',
    'crew mod 2 eq 0',
    '(crew add 5) mod 2 eq 0',
    'crew add 5 mul 2 eq 11',
    '-crew eq -5',
    '- (crew) lt - 5',
    'crew sub -5 gt 10',
    '5 lt crew',
    '1 add 1 eq 2',
    '1 eq 1',
    'crew eq 1.5',
    'crew add tonnage gt crew mul tonnage',
    // Canonical functions
    "contains(name,'freds')",
    "endswith(name,'Futterkiste')",
    "startswith(name,'Alfr')",
    "contains(tolower(name),tolower('FREDS'))",
    'contains(name,callsign)',
    "contains(concat(name,callsign),'x')",
    "startswith('abc',callsign)",
    "contains(name,'x') eq true",
    "contains(name,'x') ne contains(callsign,'x')",
    'length(name) eq 19',
    "indexof(name,'lfreds') eq 1",
    "substring(name,1) eq 'lfreds Futterkiste'",
    "substring(name,1,2) eq 'lf'",
    "tolower(name) eq 'alfreds futterkiste'",
    "toupper(name) eq 'ALFREDS FUTTERKISTE'",
    "trim(name) eq 'Alfreds Futterkiste'",
    "concat(concat(name,', '),callsign) eq 'Berlin, Germany'",
    "matchesPattern(name,'^A.*e$')",
    'year(inspected) eq 1971',
    'year(built) eq 1971',
    'month(inspected) eq 1',
    'day(built) eq 8',
    'hour(inspected) eq 1',
    'minute(inspected) eq 0',
    'second(inspected) eq 0',
    'fractionalseconds(inspected) lt 0.5',
    'date(inspected) eq 1997-01-01',
    'date(inspected) ne date(now())',
    'time(inspected) le 10:30:00',
    'time(inspected) gt 10:30',
    'totaloffsetminutes(inspected) eq 0',
    'inspected ge now()',
    'inspected eq mindatetime()',
    'inspected eq maxdatetime()',
    "inspected add duration'PT1H30M' gt now()",
    "built add duration'P1D' gt 2020-01-01",
    "now() sub inspected gt duration'P30D'",
    'totalseconds(now() sub inspected) gt 3600.5',
    'round(tonnage) eq 32',
    'floor(tonnage) eq 32',
    'ceiling(tonnage) eq 33',
    "cast(crew,Edm.String) eq '5'",
    'cast(callsign,Edm.Int32) gt 5',
    'cast(built,Edm.DateTimeOffset) lt now()',
    'isof(name,Edm.String)',
    'not isof(name,Edm.Int32)',
    "case(crew gt 10:'big',crew gt 5:'middle',true:'small') eq 'big'",
    'year(inspected) add 1 eq year(now())',
    'length(concat(name,trim(callsign))) mod 2 eq 1',
    'built lt date(inspected)',
    'built lt inspected',
    // Literals
    `shipid eq ${id}`,
    `shipid eq {${id}}`,
    `shipid eq '${id}'`,
    `_homeport_value eq ${id.toUpperCase()}`,
    'inspected gt 2026-01-01',
    'inspected gt 2026-01-01T10:00Z',
    'inspected gt 2026-01-01T10:00:00.123+03:30',
    'tonnage eq 1.5e2',
    "name eq 'O''Neil'",
    "name eq ''",
    'name eq null',
    'null eq name',
    'null ne length(name)',
    'length(name) eq null',
    // Paths
    "homeport/name eq 'x'",
    "$it/name eq 'x'",
    'homeport/name eq name',
    'crew eq tonnage',
    // Lambdas
    'ship_calls/any()',
    "ship_calls/any(c:c/name eq 'x')",
    "ship_calls/all(c:c/name eq 'x' or contains(c/country,'y'))",
    'not ship_calls/any(c:length(c/name) gt 3)',
    "homeport/port_ships/any(s:s/crew gt 5 and s/homeport/name eq 'x')",
    'ship_calls/$count gt 2',
    "ship_calls/$count($filter=name ne 'x') gt crew",
    'homeport/port_ships/$count mod 2 eq 0',
    // The reference system's functions
    "Microsoft.Dynamics.CRM.LastXDays(PropertyName='inspected',PropertyValue=7) and crew gt 1",
    "Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['a','b'])",
    "Microsoft.Dynamics.CRM.Between(PropertyName='crew',PropertyValues=['1','5'])",
    "Microsoft.Dynamics.CRM.ContainValues(PropertyName='flags',PropertyValues=['1','2'])",
  ])('%s', (filter) => {
    const query = `$filter=${encodeURIComponent(filter)}`;
    expect(problems(query)).toEqual([]);
    expect(statementOf(query)).toContain(' where ');
  });

  it('the binding of operators as the standard has it', () => {
    const text = 'crew add 1 mul 2 gt 3 eq afloat or crew eq 1 and kind eq 2';
    expect(read(`$filter=${text}`).filter).toMatchObject({
      kind: 'or',
      of: [
        {
          kind: 'compare-terms',
          left: {
            kind: 'truth',
            of: { operator: 'gt', left: { function: 'add', of: [{ kind: 'column' }, { function: 'mul' }] } },
          },
        },
        { kind: 'and' },
      ],
    });
    expect(read('$filter=crew sub 1 sub 2 eq 3').filter).toMatchObject({
      left: { function: 'sub', of: [{ function: 'sub' }, { kind: 'constant' }] },
    });
  });

  it('a column beside a constant as what its index can answer, whichever stands first', () => {
    for (const filter of [
      "name eq 'x'",
      "'x' eq name",
      "tolower(name) eq 'x'",
      "'x' eq toupper(name)",
      "tolower(name) eq tolower('x')",
    ]) {
      expect(read(`$filter=${filter}`).filter, filter).toMatchObject({
        kind: 'compare',
        path: ['name'],
        operator: 'eq',
      });
    }
    expect(read("$filter=contains(tolower(name),tolower('x'))").filter).toMatchObject({
      kind: 'compare',
      operator: 'contains',
    });
    expect(read('$filter=5 lt crew').filter).toMatchObject({ kind: 'compare', path: ['crew'], operator: 'gt' });
  });

  it('variables of lambdas around a lambda, and the row outside of all', () => {
    const text =
      'ship_calls/any(c:c/port_ships/any(s:s/name eq c/name and s/crew gt $it/crew and s/homeport/name eq $it/homeport/name))';
    expect(read(`$filter=${text}`).filter).toMatchObject({
      kind: 'some',
      as: 'c',
      where: {
        kind: 'some',
        as: 's',
        path: ['port_ships'],
        where: {
          of: [
            { left: { path: ['name'] }, right: { path: ['@c', 'name'] } },
            { left: { path: ['crew'] }, right: { path: ['@$it', 'crew'] } },
            { right: { path: ['@$it', 'homeport', 'name'] } },
          ],
        },
      },
    });
    expect(statementOf(`$filter=${text}`)).toContain('exists');
  });
});

describe('$filter refuses', () => {
  it.each([
    ["name eq 'x' and", 'expected a value or a property, found the end'],
    ['and crew eq 1', 'expected'],
    ['crew eq 1 crew eq 2', 'expected the end, found crew'],
    ['(crew eq 1', 'expected ")"'],
    ['crew eq 1)', 'expected the end, found )'],
    ['crew', 'expected eq, ne, gt, ge, lt, le or in after crew'],
    ['crew add 1', 'expected eq, ne, gt, ge, lt, le or in'],
    ["'x'", 'expected eq'],
    ['crew add', 'expected a value or a property'],
    ['crew add afloat eq 1', 'add takes a number and a number'],
    ["crew add '1' eq 2", 'add takes a number and a number'],
    ['name mul 2 eq 2', 'mul takes'],
    ['-name eq 1', 'negate takes a number'],
    ['crew eq name', 'of different types'],
    ['length(crew) eq 1', 'length takes text, not a whole number'],
    ['length(name,name) eq 1', 'length takes text, not text and text'],
    ['length() eq 1', 'length takes text, not nothing'],
    ['length(name', 'expected ")"'],
    ['length(null) eq 1', 'null has no place here'],
    ["year('x') eq 1", 'year takes'],
    ["length(name) eq 'x'", "expected a whole number: 42, not 'x'"],
    ['length(name) eq 2026-01-01', 'expected a whole number'],
    ['date(inspected) eq 5', 'expected a date'],
    ['date(inspected) eq 2026-02-30', 'expected a date'],
    ['contains(name)', 'contains takes 2 arguments, not 1'],
    ["contains(crew,'1')", 'cannot be asked with contains'],
    ["contains(concat(name,'x'),1)", 'contains takes two texts'],
    ["substringof('x',name)", "write contains(name,'x')"],
    ['lenght(name) eq 1', 'did you mean "length"'],
    ["matchesPattern(name,'(')", 'a ( without its )'],
    ["matchesPattern(name,'a{9999}')", 'is not understood'],
    ['matchesPattern(name,callsign)', 'matchesPattern takes a text and a pattern in quotes'],
    ['cast(crew) eq 1', 'cast takes a value and a type'],
    ['cast(crew,Edm.Strin) eq 1', 'did you mean "Edm.String"'],
    ['cast(afloat,Edm.Date) eq 2020-01-01', 'Edm.Date cannot be made of this value'],
    ["case(crew gt 1:'x',true:1) eq 'x'", 'of different types'],
    ['crew has 1', 'crew holds one value; ask with eq'],
    ['crew in 1', 'expected "("'],
    ['crew in (1', 'expected ")"'],
    ["crew in ('x')", 'expected a whole number'],
    ['crew in (name)', 'expected a value'],
    ["length(name) in ('x')", 'cannot be compared'],
    ["shipid eq guid'00000000-0000-7000-8001-00000000000a'", 'without guid and quotes'],
    ["inspected gt datetime'2026-01-01T00:00:00'", 'without datetime and quotes'],
    ['inspected gt 2026-13-01', 'expected an instant'],
    ["inspected add duration'P1Y' gt now()", 'expected a duration'],
    ['inspected add 5 gt now()', 'add takes'],
    ['time(inspected) eq 25:00:00', 'expected a time of day'],
    ['crew eq 12L', 'expected'],
    ['crew eq 5m', 'expected'],
    ['crew eq 1e9999', 'expected a'],
    ['name eq "x', 'expected'],
    ['$root/ships/name eq 1', '$root is not supported'],
    ['$it eq null', 'expected a property after $it/'],
    ['ship_calls/any(c:c eq null)', 'expected a property after c/'],
    ['ship_calls/any(c:name eq null)', 'write c/name, or $it/name'],
    ['ship_calls/any(c)', 'expected ":"'],
    ['ship_calls/all()', 'expected a variable'],
    ['ship_calls/any(c:c/name)', 'expected eq'],
    ["ship_calls/any(c:c/nam eq 'x')", 'did you mean "name"'],
    ['homeport/$count gt 1', 'homeport leads to one row'],
    ['$count gt 1', '$count needs a collection before it'],
    ['any(c:c/name eq null)', 'there is no filter function any'],
    ['geo.distance(name,name) lt 1', 'there is no filter function geo.distance'],
  ])('%s: %s', (filter, message) => {
    expect(problems(`$filter=${encodeURIComponent(filter)}`).join('\n')).toContain(message);
  });

  it('all that is wrong at once, each with its place', () => {
    expect(problems("$filter=length(crew) eq 1 and nam eq 'x' and year(name) gt 1 and crew add afloat eq 2")).toEqual([
      expect.stringMatching(/length takes text.*at character 1 of/),
      expect.stringMatching(/no property nam .*at character 23 of/),
      expect.stringMatching(/year takes.*at character 38 of/),
      expect.stringMatching(/add takes.*at character 63 of/),
    ]);
  });
});

describe('a parameter alias', () => {
  it('stands for its value, in its place', () => {
    const query = "$filter=name eq @p1 and crew in @p2 and @p3&@p1='x'&@p2=[1,2]&@p3=afloat eq true or kind eq 1";
    expect(problems(query)).toEqual([]);
    expect(read(query).filter).toMatchObject({
      kind: 'and',
      of: [{ operator: 'eq' }, { operator: 'in' }, { kind: 'or' }],
    });
    expect(lexRequest(query).shape).toBe(
      lexRequest("$filter=name eq @p1 and crew in @p2 and @p3&@p1='yy'&@p2=[3]&@p3=afloat eq true or kind eq 2").shape,
    );
    expect(lexRequest("$filter=name eq @p1&@p1='x'").shape).toBe(lexRequest("$filter=name eq 'y'").shape);
  });

  it('of a query function is understood as Dynamics clients send it', () => {
    const query = "$filter=Microsoft.Dynamics.CRM.In(PropertyName=@a,PropertyValues=@b)&@a='name'&@b=['x','y']";
    expect(read(query).filter).toMatchObject({ path: ['name'], operator: 'in' });
    expect(lexRequest(query).shape).not.toBe(lexRequest(query.replace("'name'", "'callsign'")).shape);
  });

  it('that is given no value is null, and one inside another is not followed', () => {
    expect(read('$filter=name eq @p').filter).toMatchObject({ operator: 'null' });
    expect(problems('$filter=name eq @p&@p=@p').join()).toContain('@p has no value here');
  });
});

describe('$orderby', () => {
  it.each([
    'name',
    'name desc,crew asc',
    'homeport/name',
    'length(name) desc',
    'crew mul tonnage,name',
    'ship_calls/$count desc',
    '-crew',
    'afloat eq true desc',
    "contains(name,'x')",
  ])('by %s is understood', (order) => {
    expect(problems(`$orderby=${order}`)).toEqual([]);
    expect(statementOf(`$orderby=${order}`)).toContain('order by');
  });

  it.each([
    ['flags', 'flags (multi-choice) has no order'],
    ['nam', 'did you mean "name"'],
    ['name upwards', 'expected the end'],
    ['name,', 'expected'],
    ['length(crew)', 'length takes text'],
    ['name desc asc', 'expected the end'],
  ])('by %s is refused: %s', (order, message) => {
    expect(problems(`$orderby=${order}`).join()).toContain(message);
  });
});

describe('$expand and $select', () => {
  it.each([
    '$select=*',
    '$select=*,name',
    '$select=name,crew',
    '$expand=homeport',
    '$expand=homeport($select=name;$expand=port_ships($select=name;$filter=crew gt 1;$orderby=length(name) desc;$top=3;$count=true))',
    '$expand=ship_calls/$ref',
    '$expand=ship_calls/$ref($top=1)',
    '$expand=homeport/$ref',
    "$expand=ship_calls/$count($filter=startswith(name,'x'))",
    '$expand=ship_calls/$count',
    '$expand=ship_calls($filter=ships_that_call/$count gt 1)',
  ])('%s is understood', (query) => {
    const known = query.replace(
      'ships_that_call',
      [...ships.port.navigation.keys()].find((name) => name.startsWith('ship_calls')) ?? '',
    );
    expect(problems(known)).toEqual([]);
    expect(statementOf(known)).toContain('select');
  });

  it.each([
    ['$select=homeport/name', 'write $expand=homeport($select=name)'],
    ['$select=', 'expected'],
    ['$select=name,', 'expected a property'],
    ['$expand=*', 'name what is to be expanded'],
    ['$expand=homeport/name', 'expected $ref'],
    ['$expand=homeport/$count', 'expected $ref'],
    ['$expand=homeport($top=1)', '$top has no meaning where one row is expanded'],
    ['$expand=ship_calls($skip=1)', 'an expansion has no pages'],
    ['$expand=ship_calls($count=maybe)', 'expected true or false after $count'],
    ['$expand=ship_calls($levels=2)', '$levels needs rows of one kind'],
    ['$expand=ship_calls($levels=0)', 'expected a number of levels'],
    ['$expand=ship_calls($top=-1)', 'expected a whole number after $top'],
    ['$expand=ship_calls/$ref($select=name)', '$select has no meaning here'],
    ['$expand=ship_calls($filter=nam eq 1)', 'did you mean "name"'],
    ['$filter=crew eq 1&$filter=crew eq 2', '$filter is sent more than once'],
    ['$Filter=crew eq 1', 'did you mean "$filter"'],
  ])('%s is refused: %s', (query, message) => {
    if (query === '$select=') expect(problems(query)).toEqual([]);
    else expect(problems(query).join('\n')).toContain(message);
  });

  it('options without $ are somebody else’s', () => {
    expect(problems('filter=crew eq &top=x&select=%20')).toEqual([]);
  });
});

describe('$apply and $compute', () => {
  it.each([
    '$apply=aggregate($count as n)',
    '$apply=aggregate(crew with sum as total,crew with average as mean,crew with countdistinct as kinds)',
    '$apply=aggregate(crew mul tonnage with sum as load,length(name) with max as longest)',
    '$apply=groupby((kind,homeport/country))',
    '$apply=groupby((kind),aggregate(tonnage with sum as total))',
    '$apply=filter(crew gt 1)/filter(afloat)/groupby((kind),aggregate($count as n))/filter(n gt 2 and kind in (1,2))/orderby(n desc,kind)/top(3)',
    '$apply=compute(year(built) as y,crew mul 2 as double)/groupby((y),aggregate(double with sum as total))/filter(total ne null or 5 lt total)',
    '$apply=compute(Peyvand.Month(built) as month)/groupby((month),aggregate($count as n))&$orderby=month',
    '$apply=compute(Peyvand.Quarter(inspected add duration%27P1D%27) as q)/groupby((q))',
    "$apply=compute(Peyvand.FiscalYear(built) as fy)/groupby((fy),aggregate(tonnage with max as most))/filter(fy ge '1403')",
    '$apply=identity/groupby((homeport/name))/orderby(homeport/name desc)',
    '$apply=groupby((kind),aggregate($count as n))&$filter=not (n lt 3)&$orderby=n&$top=2&$count=true',
    "$apply=filter(contains(name,'x'))/compute(length(name) as letters)&$orderby=letters desc&$select=name,letters",
    '$apply=orderby(name)/top(3)',
    '$compute=crew mul 2 as double,double add 1 as more&$filter=more gt 5&$orderby=double&$select=name,more',
    "$compute=Peyvand.Month(built) as month&$filter=month eq '1404-09'",
    "$filter=Peyvand.Year(inspected) in ('1403','1404') and Peyvand.Week(built) ne null",
  ])('%s is understood', (query) => {
    expect(problems(query)).toEqual([]);
    expect(statementOf(query)).toContain('select');
  });

  it.each([
    ['$apply=groupby(kind)', 'expected "("'],
    ['$apply=groupby((length(name)))', 'give it a name first'],
    ['$apply=groupby((flags))', 'flags (multi-choice) has no order'],
    ['$apply=groupby((rollup(kind)))', 'rollup is not supported'],
    ['$apply=groupby((kind),sum(crew))', 'expected aggregate'],
    ['$apply=groupby((kind))/groupby((name))', 'groups cannot be grouped again'],
    ['$apply=groupby((kind))/compute(1 add 1 as two)', 'compute can stand before'],
    ['$apply=groupby((kind),aggregate($count as n))/filter(m gt 1)', '$apply gives no m'],
    ['$apply=groupby((kind),aggregate($count as n))/filter(length(kind) gt 1)', '$apply gives no length'],
    ["$apply=groupby((kind),aggregate($count as n))/filter(n gt 'x')", 'n: expected a number'],
    ['$apply=groupby((kind),aggregate($count as n))/filter(n gt kind)', 'groups are compared with constants'],
    ['$apply=top(3)/filter(crew gt 1)', 'nothing can follow top'],
    ['$apply=top(x)', 'expected a whole number'],
    ['$apply=aggregate(concat(name,name) with sum as s)', 'what is worked out has no sum'],
    ['$apply=aggregate(crew with sum)', 'expected "as"'],
    ['$apply=concat(identity,identity)', '$apply has no concat'],
    ['$apply=aggregate(crew with sum as s,crew with max as s)', 's is the name of two results'],
    ['$apply=groupby((homeport/name),aggregate($count as homeport))', 'homeport is the name of two results'],
    ['$compute=crew as name', 'name is the name of something else'],
    ['$compute=crew add 1', 'expected "as"'],
    ['$compute=crew add afloat as x&$filter=x eq null', 'add takes'],
    ['$compute=Peyvand.Month(name) as m', 'Peyvand.Month takes a date or an instant'],
    ['$filter=Peyvand.Mont(built) eq null', 'did you mean "Peyvand.Month"'],
    ['$compute=crew mul 2 as double&$apply=groupby((kind))', '$compute cannot stand beside $apply'],
  ])('%s is refused: %s', (query, message) => {
    expect(problems(query).join('\n')).toContain(message);
  });

  it('top(…) takes no statement of its own for each number', () => {
    const shape = (top: number) => lexRequest(`$apply=groupby((kind))/top(${top})`).shape;
    expect(shape(3)).toBe(shape(400));
  });
});

describe('a text of too many words', () => {
  it('is told so where nothing else is wrong with it', () => {
    const list = Array.from({ length: 7000 }, (_, index) => (index % 2 === 0 ? index : `'${index}'`)).join();
    expect(problems(`$select=name&$orderby=case(${'true:1,'.repeat(400)}true:1)`).length).toBe(0);
    expect(problems(`$expand=homeport($select=${'name,'.repeat(7000)}name)`).join()).toContain(
      'more than 12000 words and signs',
    );
    expect(problems(`$filter=name in (${list})`).length).toBeGreaterThan(0);
  });
});

describe('$search', () => {
  const searched = (text: string) => read(`$search=${encodeURIComponent(text)}`).filter;
  const word = (slot: number, operator = 'contains') => ({
    kind: 'or',
    of: [{ path: ['name'], operator, value: { slot } }, { path: ['callsign'] }],
  });

  it('wants every word, a phrase as a whole, and knows AND, OR, NOT and brackets', () => {
    expect(searched('blue sky')).toMatchObject({ kind: 'and', of: [word(0), word(1)] });
    expect(lexRequest('$search=%22blue%20sky%22').literals).toMatchObject([{ value: 'blue sky' }]);
    expect(searched('blue OR (sky AND NOT "at night")')).toMatchObject({
      kind: 'or',
      of: [word(0), { kind: 'and', of: [word(1), { kind: 'not', of: word(2) }] }],
    });
    expect(searched('blue OR sky green')).toMatchObject({ kind: 'or', of: [word(0), { kind: 'and' }] });
    expect(searched('ab')).toMatchObject(word(0, 'startswith'));
  });

  it('takes what people type as words, whatever signs are in it', () => {
    for (const text of [
      'blue "sky',
      'blue) sky',
      '(blue sky',
      'blue AND',
      'OR blue',
      'NOT',
      '((((((((x',
      ')))',
      '""',
      '" "',
      'NOT NOT x',
      'a (b',
    ])
      expect(() => searched(text), text).not.toThrow();
    expect(searched('""')).toBeUndefined();
    expect(searched('blue AND')).toMatchObject({ of: [word(0), word(1)] });
  });

  it('has shapes that differ in what decides the statement only', () => {
    const shape = (text: string) => lexRequest(`$search=${text}`).shape;
    expect(shape('blue OR sky')).toBe(shape('green OR sea'));
    expect(
      new Set([shape('blue sky'), shape('blue OR sky'), shape('blue NOT sky'), shape('"blue sky"'), shape('blue sk')])
        .size,
    ).toBe(5);
  });
});

describe('hostile texts', () => {
  it.each([
    ['thousands of sums', `crew${' add 1'.repeat(10_000)} eq 1`],
    ['thousands of minus signs', `${'-'.repeat(60_000)}crew eq 1`],
    ['thousands of functions inside one another', `${'length('.repeat(9000)}name`],
    ['thousands of lambdas', `${'ship_calls/any(c:c/'.repeat(3000)}name eq 1`],
    ['thousands of comparisons of constants', `${'1 eq 1 or '.repeat(6000)}true`],
    ['thousands of yes/no', `${'afloat or '.repeat(6000)}afloat`],
    ['thousands of aliases', `${'@p or '.repeat(10_000)}@p`],
    ['thousands of counts', `${'ship_calls/$count($filter='.repeat(2000)}name`],
    ['thousands of casts', `${'cast('.repeat(12_000)}`],
    ['one long number', `crew eq ${'1'.repeat(60_000)}x`],
    ['one long fraction', `crew eq 1.${'1'.repeat(60_000)}`],
    ['quotes that never close', `name eq ${`"\\`.repeat(30_000)}`],
    ['single quotes that never close', `name eq '${"''".repeat(30_000)}`],
    ['brackets of lists', `crew in ${'['.repeat(60_000)}`],
    ['dates that are none', `built eq ${'2026-01-01T00:00:00.'.repeat(3000)}`],
    ['durations that never close', `${"duration'".repeat(7000)}`],
    ['names of one letter', `${'a '.repeat(30_000)}`],
    ['a name of thousands of letters', `${'x'.repeat(60_000)} eq 1`],
  ])('%s are refused', (_, filter) => {
    expect(problems(`$filter=${filter}`).length).toBeGreaterThan(0);
  });

  it('of aliases cannot multiply', () => {
    const big = Array.from({ length: 400 }, (_, index) => `crew eq ${index}`).join(' or ');
    expect(problems(`$filter=@p or @p or @p&@p=${big}`).join()).toContain('more than 500 conditions');
    // It took minutes: each use of an alias read all of it again.
    const many = `${'@p or '.repeat(8000)}@p&@p=${'1 or '.repeat(1000)}1`;
    expect(lexRequest(`$filter=${many}`).tokens.get('$filter')?.length).toBeLessThan(13_000);
    expect(problems(`$filter=crew in (${'-,'.repeat(9000)}1)`).length).toBeGreaterThan(0);
  });
});
