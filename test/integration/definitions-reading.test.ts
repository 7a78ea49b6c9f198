// EntityDefinitions and relatives over HTTP: what tools read to find their way through an organization.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type InProcessServer } from '../support/server.ts';

type Row = Readonly<Record<string, unknown>>;
interface Rows {
  readonly value: readonly Row[];
}

let server: InProcessServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  server.request(`/api/data/v9.2/${path}`, { headers });
async function read<T = Row>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<T> {
  const response = await get(path, headers);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as T;
}
const labels = (label: unknown): readonly (readonly [number, string])[] =>
  (label as { LocalizedLabels: { Label: string; LanguageCode: number }[] }).LocalizedLabels.map(
    ({ Label, LanguageCode }) => [LanguageCode, Label],
  );

test('entities are selected, filtered, sorted and counted as asked', async () => {
  const shipped = await read<Rows>(
    'EntityDefinitions?$select=LogicalName,EntitySetName,PrimaryIdAttribute&$filter=IsCustomEntity%20eq%20false',
  );
  const account = shipped.value.find((row) => row['LogicalName'] === 'account');
  expect(account).toEqual({
    MetadataId: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab]/) as unknown,
    LogicalName: 'account',
    EntitySetName: 'accounts',
    PrimaryIdAttribute: 'accountid',
  });
  const found = await read<Rows>(
    "EntityDefinitions?$select=LogicalName&$filter=(startswith(LogicalName,'acc') or DisplayName/UserLocalizedLabel/Label eq 'contact' " +
      "or LogicalName in ('task','letter')) and not (IsActivity and LogicalName eq 'letter')&$orderby=LogicalName desc&$count=true&$top=2",
  );
  expect(found).toMatchObject({ '@odata.count': 3, value: [{ LogicalName: 'task' }, { LogicalName: 'contact' }] });
  expect(
    await (await get("EntityDefinitions/$count?$filter=IsActivity eq true and LogicalName ne 'task'")).text(),
  ).toBe('6');
});

test('one entity, by name or id, is expanded with its attributes, relationships and keys', async () => {
  const byName = await read(
    "EntityDefinitions(LogicalName='account')?$select=SchemaName,DisplayName,OwnershipType,HasActivities&$expand=" +
      "Attributes($select=LogicalName;$filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Picklist')," +
      'Keys($select=KeyAttributes),OneToManyRelationships($select=SchemaName),' +
      'ManyToOneRelationships($select=ReferencingAttribute),ManyToManyRelationships($select=SchemaName)',
  );
  expect(byName).toMatchObject({
    SchemaName: 'account',
    OwnershipType: 'UserOwned',
    HasActivities: true,
    Keys: [{ KeyAttributes: ['accountnumber'] }],
  });
  expect(labels(byName['DisplayName'])).toEqual([
    [1033, 'Account'],
    [1065, 'شرکت'],
  ]);
  const names = (key: string, property: string): unknown[] => (byName[key] as Row[]).map((row) => row[property]);
  expect(names('Attributes', 'LogicalName')).toContain('industrycode');
  expect(names('Attributes', 'LogicalName')).not.toContain('name');
  expect(names('OneToManyRelationships', 'SchemaName')).toContain('account_parent_account');
  expect(names('ManyToOneRelationships', 'ReferencingAttribute')).toContain('primarycontactid');
  expect(names('ManyToManyRelationships', 'SchemaName')).toEqual(['account_tags']);
  const byId = await read(`EntityDefinitions(${String(byName['MetadataId'])})?$select=LogicalName`);
  expect(byId).toMatchObject({ LogicalName: 'account' });
});

test('an attribute tells its type, its limits, whether it must be filled and what the caller may do with it', async () => {
  const attributes = await read<Rows>("EntityDefinitions(LogicalName='opportunity')/Attributes");
  const kinds = new Map(attributes.value.map((row) => [row['LogicalName'], row]));
  expect(kinds.get('opportunityid')).toMatchObject({ AttributeType: 'Uniqueidentifier', IsPrimaryId: true });
  expect(kinds.get('name')).toMatchObject({
    '@odata.type': '#Microsoft.Dynamics.CRM.StringAttributeMetadata',
    AttributeTypeName: { Value: 'StringType' },
    MaxLength: 300,
    FormatName: { Value: 'Text' },
    IsPrimaryName: true,
    RequiredLevel: { Value: 'ApplicationRequired' },
    IsValidForCreate: true,
  });
  expect(kinds.get('estimatedvalue')).toMatchObject({ AttributeType: 'Money', Precision: 2, PrecisionSource: 0 });
  expect(kinds.get('estimatedvalue_base')).toMatchObject({
    AttributeType: 'Money',
    CalculationOf: 'estimatedvalue',
    IsValidForUpdate: false,
  });
  expect(kinds.get('customerid')).toMatchObject({ AttributeType: 'Customer', Targets: ['account', 'contact'] });
  expect(kinds.get('ownerid')).toMatchObject({ AttributeType: 'Owner', RequiredLevel: { Value: 'SystemRequired' } });
  expect(kinds.get('statecode')).toMatchObject({ AttributeType: 'State' });
  expect(kinds.get('createdon')).toMatchObject({ AttributeType: 'DateTime', IsValidForCreate: false });
  expect(kinds.get('exchangerate')).toMatchObject({ AttributeType: 'Decimal', Precision: 10 });
});

test('casts keep what they name; options stand in both languages, the caller’s own first', async () => {
  const path = "EntityDefinitions(LogicalName='account')/Attributes";
  const cast = 'Microsoft.Dynamics.CRM.PicklistAttributeMetadata';
  const choices = await read<Rows>(
    `${path}/${cast}?$select=LogicalName&$expand=OptionSet($select=Options),GlobalOptionSet($select=Name)`,
  );
  expect(choices.value.map((row) => row['LogicalName'])).toContain('industrycode');
  expect(choices.value.every((row) => row['@odata.type'] === `#${cast}`)).toBe(true);
  const industry = choices.value.find((row) => row['LogicalName'] === 'industrycode');
  expect(industry).toMatchObject({ GlobalOptionSet: { Name: 'industrycode' } });
  const status = await read(
    `${path}(LogicalName='statuscode')/Microsoft.Dynamics.CRM.StatusAttributeMetadata?$expand=OptionSet`,
    { 'accept-language': 'fa' },
  );
  const { Options: options } = status['OptionSet'] as { Options: Row[] };
  expect(options[0]).toMatchObject({
    Value: 1,
    State: 0,
    Color: '#15803d',
    Label: { UserLocalizedLabel: { LanguageCode: 1065 } },
  });
  const flag = await read(
    `${path}(LogicalName='donotbulkemail')/Microsoft.Dynamics.CRM.BooleanAttributeMetadata/OptionSet`,
  );
  expect(labels((flag['TrueOption'] as Row)['Label'])).toEqual([
    [1033, 'Yes'],
    [1065, 'بله'],
  ]);
  expect((await get(`${path}(LogicalName='name')/${cast}`)).status).toBe(404);
  expect(
    await read<Rows>(`${path}/Microsoft.Dynamics.CRM.EnumAttributeMetadata?$filter=LogicalName eq 'statecode'`),
  ).toMatchObject({
    value: [{ '@odata.type': '#Microsoft.Dynamics.CRM.StateAttributeMetadata' }],
  });
});

test('relationships of both kinds and shared choices have addresses of their own', async () => {
  const toMany = await read<Rows>(
    "RelationshipDefinitions/Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata?$select=SchemaName,ReferencedEntity,ReferencingEntity&$filter=ReferencedEntity eq 'account'",
  );
  expect(toMany.value.length).toBeGreaterThan(3);
  expect(new Set(toMany.value.map((row) => row['ReferencedEntity']))).toEqual(new Set(['account']));
  const tags = await read("RelationshipDefinitions(SchemaName='account_tags')");
  expect(tags).toMatchObject({
    RelationshipType: 'ManyToManyRelationship',
    Entity1LogicalName: 'account',
    IntersectEntityName: 'account_tags',
  });
  expect(await read(`RelationshipDefinitions(${String(tags['MetadataId'])})?$select=SchemaName`)).toMatchObject({
    SchemaName: 'account_tags',
  });
  const names = await read<Rows>('GlobalOptionSetDefinitions?$select=Name');
  expect(names.value.map((row) => row['Name'])).toContain('industrycode');
  const options = await read(
    "GlobalOptionSetDefinitions(Name='prioritycode')/Microsoft.Dynamics.CRM.OptionSetMetadata?$select=Options",
  );
  expect(Object.keys(options)).toEqual(['@odata.context', '@odata.type', 'MetadataId', 'Options']);
});

test('what was read is not sent again while nothing changed', async () => {
  const first = await get('EntityDefinitions?$select=EntitySetName,LogicalName');
  const tag = first.headers.get('etag') ?? '';
  await first.text();
  expect((await get('EntityDefinitions?$select=EntitySetName,LogicalName', { 'if-none-match': tag })).status).toBe(304);
  const other = await get('EntityDefinitions?$select=LogicalName', { 'if-none-match': tag, 'accept-language': 'fa' });
  expect(other.status).toBe(200);
});

test.each([
  ["EntityDefinitions(LogicalName='acount')", 404, 'did you mean "account"'],
  ['EntityDefinitions(00000000-0000-0000-0000-000000000001)', 404, 'EntityDefinitions has no'],
  ["EntityDefinitions(LogicalName='account')/Atributes", 404, 'Attributes'],
  ["EntityDefinitions(LogicalName='account')/Attributes(LogicalName='nome')", 404, 'did you mean "name"'],
  ["EntityDefinitions?$filter=LogicalName eq 'x' and", 400, 'expected a property'],
  ["EntityDefinitions?$filter=LogicName eq 'x'", 400, 'LogicalName'],
  ['EntityDefinitions?$select=Nothing', 400, 'there is no Nothing'],
  ['EntityDefinitions?$expand=Attributs', 400, 'did you mean "Attributes"'],
  ['EntityDefinitions?$apply=aggregate($count as n)', 400, 'no $apply'],
  ['EntityDefinitions()', 400, 'needs an id or a name'],
  ["EntityDefinitions(LogicalName='account',Name='x')", 400, 'PATH_MALFORMED'],
])('%s is refused in words', async (path, status, words) => {
  const response = await get(path);
  const text = await response.text();
  expect(response.status, text).toBe(status);
  expect(text.replaceAll('\\"', '"')).toContain(words);
});

test('a filter without end is refused at once', async () => {
  const flags = Array.from({ length: 900 }, () => 'IsActivity').join(' or ');
  for (const [filter, words] of [
    ['('.repeat(2000), 'levels deep'],
    [flags, '500 conditions'],
  ] as const) {
    const response = await get(`EntityDefinitions?$filter=${filter}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(words);
  }
});
