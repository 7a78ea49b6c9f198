// Entities, fields, relationships and choices made, changed and deleted over HTTP, as tools of Dataverse do it.
import { DynamicsWebApi } from 'dynamics-web-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layerOf } from '../../core/model/read-layer.ts';
import { newcomer } from '../support/newcomer.ts';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';

type Row = Readonly<Record<string, unknown>>;

let server: InProcessServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.stop());

const CRM = 'Microsoft.Dynamics.CRM';
const LABEL = { '@odata.type': `${CRM}.Label` };
const label = (english: string, persian?: string): Row => ({
  ...LABEL,
  LocalizedLabels: [
    { '@odata.type': `${CRM}.LocalizedLabel`, Label: english, LanguageCode: 1033 },
    ...(persian === undefined ? [] : [{ Label: persian, LanguageCode: 1065 }]),
  ],
});
const attribute = (kind: string, name: string, more: Row = {}): Row => ({
  '@odata.type': `${CRM}.${kind}AttributeMetadata`,
  SchemaName: name,
  DisplayName: label(name.slice(4)),
  ...more,
});

async function send(method: string, path: string, body?: Row, headers: Readonly<Record<string, string>> = {}) {
  const response = await server.request(`/api/data/v9.2/${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    id: response.headers.get('odata-entityid') ?? '',
    json: (text.startsWith('{') ? JSON.parse(text) : {}) as Row & { readonly error: { code: string; details?: Row[] } },
  };
}
const ok = async (method: string, path: string, body?: Row, headers?: Readonly<Record<string, string>>) => {
  const answer = await send(method, path, body, headers);
  expect(answer.status, answer.text).toBe(method === 'GET' ? 200 : 204);
  return answer;
};
const read = async (path: string): Promise<Row> => (await ok('GET', path)).json;
const pathOf = (url: string): string => url.slice(url.indexOf('/v9.2/') + 6);
const byName = (name: string): string => `EntityDefinitions(LogicalName='${name}')`;

describe('a new entity', () => {
  test('is there at once with its labels, its fields of every kind and its rows', async () => {
    const kinds = [
      attribute('Memo', 'new_Remark', { MaxLength: 4000, Format: 'TextArea' }),
      attribute('String', 'new_Mail', { MaxLength: 80, FormatName: { Value: 'Email' } }),
      attribute('Integer', 'new_Points', { MinValue: 0, MaxValue: 1000, Format: 'None' }),
      attribute('BigInt', 'new_Ledger'),
      attribute('Decimal', 'new_Rate', { Precision: 4, MinValue: 0, MaxValue: 100 }),
      attribute('Double', 'new_Factor', { Precision: 3 }),
      attribute('Money', 'new_Value', { Precision: 2, PrecisionSource: 2 }),
      attribute('Boolean', 'new_Active', {
        DefaultValue: true,
        OptionSet: {
          TrueOption: { Value: 1, Label: label('On', 'روشن') },
          FalseOption: { Value: 0, Label: label('Off') },
        },
      }),
      attribute('DateTime', 'new_Since', { Format: 'DateOnly', DateTimeBehavior: { Value: 'DateOnly' } }),
      attribute('DateTime', 'new_Seen', { Format: 'DateAndTime', DateTimeBehavior: { Value: 'UserLocal' } }),
      attribute('Picklist', 'new_Branch', {
        'GlobalOptionSet@odata.bind': "/GlobalOptionSetDefinitions(Name='industrycode')",
      }),
      attribute('MultiSelectPicklist', 'new_Perks', { OptionSet: { Options: [{ Value: 1, Label: label('Lounge') }] } }),
      attribute('String', 'new_Number', { AutoNumberFormat: 'L-{SEQNUM:5}', MaxLength: 20 }),
      attribute('File', 'new_Contract', { MaxSizeInKB: 2048 }),
      attribute('Image', 'new_Picture', { MaxSizeInKB: 1024 }),
    ];
    const made = await ok('POST', 'EntityDefinitions', {
      '@odata.type': `${CRM}.EntityMetadata`,
      SchemaName: 'new_Loyalty',
      DisplayName: label('Loyalty card', 'کارت وفاداری'),
      DisplayCollectionName: label('Loyalty cards'),
      Description: label('A card that gathers points'),
      OwnershipType: 'UserOwned',
      HasActivities: true,
      HasNotes: false,
      IsActivity: false,
      Attributes: [
        attribute('String', 'new_Title', {
          IsPrimaryName: true,
          MaxLength: 150,
          RequiredLevel: { Value: 'ApplicationRequired' },
        }),
        attribute('Picklist', 'new_Tier', {
          OptionSet: {
            IsGlobal: false,
            OptionSetType: 'Picklist',
            Options: [{ Label: label('Silver', 'نقره‌ای') }, { Label: label('Gold'), Color: '#ffcc00' }],
          },
        }),
        ...kinds,
      ],
    });
    expect(made.id).toMatch(/\/EntityDefinitions\([\da-f-]{36}\)$/);
    expect(
      await read(`${pathOf(made.id)}?$expand=Attributes($select=LogicalName;$filter=IsCustomAttribute eq true;$top=2)`),
    ).toMatchObject({
      LogicalName: 'new_loyalty',
      SchemaName: 'new_Loyalty',
      EntitySetName: 'new_loyalties',
      PrimaryNameAttribute: 'new_title',
      IsCustomEntity: true,
      HasActivities: true,
      DisplayName: { LocalizedLabels: [{ Label: 'Loyalty card' }, { Label: 'کارت وفاداری', LanguageCode: 1065 }] },
      Attributes: [{ LogicalName: 'new_title' }, { LogicalName: 'new_tier' }],
    });
    const fields = `${pathOf(made.id)}/Attributes`;
    for (const body of kinds)
      expect(await read(`${fields}(LogicalName='${String(body['SchemaName']).toLowerCase()}')`)).toMatchObject({
        '@odata.type': `#${String(body['@odata.type']).replace('Double', 'Decimal')}`,
        SchemaName: body['SchemaName'],
      });
    expect(await read(`${fields}(LogicalName='new_points')`)).toMatchObject({ MinValue: 0, MaxValue: 1000 });
    expect(await read(`${fields}(LogicalName='new_active')?$expand=OptionSet`)).toMatchObject({
      DefaultValue: true,
      OptionSet: { TrueOption: { Label: { LocalizedLabels: [{ Label: 'On' }, { Label: 'روشن' }] } } },
    });
    const row = await send('POST', 'new_loyalties', {
      new_title: 'First',
      new_tier: 100_000_001,
      new_points: 12,
      new_value: 9.5,
      new_branch: 1,
      new_perks: '1',
    });
    expect(row.status, row.text).toBe(204);
    expect(await read(`${pathOf(row.id)}?$select=new_tier,new_active,new_number`)).toMatchObject({
      new_tier: 100_000_001,
      new_active: true,
      new_number: 'L-01000',
    });
  });

  test('is refused as a whole with every mistake that it has', async () => {
    const answer = await send('POST', 'EntityDefinitions', {
      SchemaName: 'Loyalty',
      DisplayNam: label('x'),
      DisplayName: { LocalizedLabels: [{ Label: 'Karte', LanguageCode: 1031 }] },
      OwnershipType: 'Nobody',
      Attributes: [attribute('Nothing', 'new_a'), attribute('String', 'name')],
    });
    expect(answer.status).toBe(400);
    expect(answer.json.error.code).toBe('DEFINITION_INVALID');
    expect(answer.json.error.details?.map((detail) => detail['target'])).toEqual(
      expect.arrayContaining(['SchemaName', 'DisplayNam', 'DisplayName/LocalizedLabels/0', 'OwnershipType']),
    );
    const deeper = await send('POST', 'EntityDefinitions', {
      SchemaName: 'new_Broken',
      DisplayName: label('Broken'),
      EntitySetName: 'accounts',
      Attributes: [
        attribute('String', 'new_n', { AutoNumberFormat: '{RANDSTRING:9}' }),
        attribute('Decimal', 'new_d', { Precision: 99 }),
        attribute('Lookup', 'new_l'),
      ],
    });
    expect(deeper.status).toBe(400);
    expect((await send('GET', byName('new_broken'))).status).toBe(404);
    const compiled = await send('POST', 'EntityDefinitions', {
      SchemaName: 'new_Broken',
      DisplayName: label('Broken'),
      EntitySetName: 'accounts',
      Attributes: [
        attribute('String', 'new_n', { AutoNumberFormat: '{RANDSTRING:9}' }),
        attribute('Decimal', 'new_d', { Precision: 99 }),
      ],
    });
    expect(compiled.status).toBe(400);
    expect(compiled.json.error.details?.length).toBeGreaterThanOrEqual(3);
    expect(compiled.text).toContain('SET_DEFINED_TWICE');
  });
});

describe('what is there', () => {
  test('is renamed in one language or in all, and keeps what is not sent', async () => {
    const path = `${byName('account')}/Attributes(LogicalName='telephone1')`;
    const before = await read(path);
    await ok(
      'PUT',
      `${path}/${CRM}.StringAttributeMetadata`,
      { DisplayName: label('Switchboard'), MaxLength: 60 },
      {
        'if-match': '*',
        'mscrm.mergelabels': 'true',
      },
    );
    const after = await read(path);
    expect(after).toMatchObject({ MaxLength: 60, FormatName: before['FormatName'], IsCustomAttribute: false });
    const texts = (definition: Row): unknown[] =>
      (definition['DisplayName'] as { LocalizedLabels: Row[] }).LocalizedLabels.map((one) => one['Label']);
    expect(texts(after)).toEqual(['Switchboard', texts(before)[1]]);
    // Sent back as it was read, it changes nothing.
    await ok('PUT', path, after, { 'mscrm.mergelabels': 'true' });
    expect(await read(path)).toEqual(after);
    await ok('PUT', path, before, { 'mscrm.mergelabels': 'true' });
    expect(await read(path)).toMatchObject({ MaxLength: before['MaxLength'], DisplayName: before['DisplayName'] });
  });

  test.each([
    ['PUT', `${byName('account')}/Attributes(LogicalName='name')`, attribute('Integer', 'name'), 'cannot be changed'],
    ['PUT', byName('account'), { OwnershipType: 'OrganizationOwned' }, 'stays so'],
    ['PUT', byName('account'), { SchemaName: 'account', NoSuchThing: 1 }, 'There is no NoSuchThing'],
    ['DELETE', byName('account'), undefined, 'was not made by the organization'],
    ['DELETE', `${byName('account')}/Attributes(LogicalName='telephone1')`, undefined, 'it stays'],
    ['DELETE', "GlobalOptionSetDefinitions(Name='industrycode')", undefined, 'it stays'],
    ['DELETE', "RelationshipDefinitions(SchemaName='account_tags')", undefined, 'it stays'],
    ['POST', `${byName('account')}/Attributes`, attribute('String', 'name'), 'prefix'],
    ['POST', `${byName('account')}/Attributes`, attribute('Lookup', 'new_x'), 'RelationshipDefinitions'],
    [
      'POST',
      `${byName('account')}/Attributes`,
      attribute('String', 'new_x', { FormatName: { Value: 'Ticker' } }),
      'not offered',
    ],
    ['POST', `${byName('account')}/Attributes`, attribute('String', 'new_x', { MaxLenght: 5 }), 'MaxLength'],
    [
      'POST',
      'RelationshipDefinitions',
      { SchemaName: 'new_r', ReferencedEntity: 'acount', ReferencingEntity: 'contact' },
      'account',
    ],
  ] as const)('%s %s is refused: %#', async (method, path, body, words) => {
    const answer = await send(method, path, body);
    expect([400, 409], answer.text).toContain(answer.status);
    expect(answer.text).toContain(words);
  });

  test('takes no other method', async () => {
    expect((await send('PATCH', byName('account'), {})).status).toBe(405);
    expect((await send('DELETE', 'EntityDefinitions')).status).toBe(405);
    expect((await send('POST', byName('account'), {})).status).toBe(405);
  });
});

test('a choice is made, extended, ordered, shortened and deleted', async () => {
  const made = await ok('POST', 'GlobalOptionSetDefinitions', {
    '@odata.type': `${CRM}.OptionSetMetadata`,
    Name: 'new_Tier',
    DisplayName: label('Tier', 'رده'),
    OptionSetType: 'Picklist',
    Options: [
      { Value: 1, Label: label('One') },
      { Value: 2, Label: label('Two') },
    ],
  });
  const inserted = await send('POST', 'InsertOptionValue', { OptionSetName: 'new_tier', Label: label('Three', 'سه') });
  expect(inserted.json).toMatchObject({ NewOptionValue: 100_000_000 });
  await ok('POST', 'UpdateOptionValue', {
    OptionSetName: 'new_tier',
    Value: 2,
    Label: label('Zwei'),
    MergeLabels: true,
  });
  await ok('POST', 'OrderOption', { OptionSetName: 'new_tier', Values: [100_000_000, 2, 1] });
  await ok('POST', 'DeleteOptionValue', { OptionSetName: 'new_tier', Value: 1 });
  const options = async (path: string): Promise<unknown[]> =>
    ((await read(path))['Options'] as { Value: number; Label: { UserLocalizedLabel: Row } }[]).map(
      ({ Value, Label }) => [Value, Label.UserLocalizedLabel['Label']],
    );
  expect(await options(pathOf(made.id))).toEqual([
    [100_000_000, 'Three'],
    [2, 'Zwei'],
  ]);
  // One that the base layer brings is changed by an overlay.
  const shipped = "GlobalOptionSetDefinitions(Name='prioritycode')";
  const present = await options(shipped);
  const whenever = { OptionSetName: 'prioritycode', Value: 77, Label: label('Whenever') };
  expect((await send('POST', 'InsertOptionValue', whenever)).json).toMatchObject({ NewOptionValue: 77 });
  await ok('POST', 'OrderOption', {
    OptionSetName: 'prioritycode',
    Values: [77, ...present.map((one) => (one as [number])[0])],
  });
  expect(await options(shipped)).toEqual([[77, 'Whenever'], ...present]);
  await ok('POST', 'DeleteOptionValue', { OptionSetName: 'prioritycode', Value: 77 });
  expect(await options(shipped)).toEqual(present);
  expect((await send('POST', 'InsertOptionValue', { OptionSetName: 'nothing', Label: label('x') })).status).toBe(400);
  await ok('DELETE', pathOf(made.id));
  expect((await send('GET', pathOf(made.id))).status).toBe(404);
  await ok('POST', 'PublishAllXml', {});
});

test('an activity of the organization’s own has what activities have', async () => {
  const made = await ok('POST', 'EntityDefinitions', {
    SchemaName: 'new_Visit',
    DisplayName: label('Visit'),
    IsActivity: true,
    Attributes: [attribute('String', 'Subject', { IsPrimaryName: true }), attribute('Integer', 'new_Persons')],
  });
  expect(await read(pathOf(made.id))).toMatchObject({
    IsActivity: true,
    PrimaryIdAttribute: 'activityid',
    PrimaryNameAttribute: 'subject',
  });
  expect((await send('POST', 'new_visits', { subject: 'Hello', new_persons: 3 })).status).toBe(204);
  await ok('DELETE', pathOf(made.id));
});

test('two who change one entity at once come one after the other: both fields are there', async () => {
  const names = ['new_left', 'new_right', 'new_third'];
  await Promise.all(
    names.map((name) => ok('POST', `${byName('contact')}/Attributes`, attribute('String', name, { MaxLength: 10 }))),
  );
  const { value } = (await read(
    `${byName('contact')}/Attributes?$select=LogicalName&$filter=IsCustomAttribute eq true`,
  )) as {
    value?: Row[];
  };
  expect(value?.map((row) => row['LogicalName']).sort()).toEqual(names);
});

test('who may not customize changes nothing; what is secured is a matter of who manages users', async () => {
  const { organization } = server.server;
  const layer = organization.layer();
  const everything = { create: 'organization', read: 'organization', write: 'organization' };
  const role = { title: 'Customizer', rights: ['customize', 'publish'], privileges: { '*': everything } };
  const { layer: withRole } = layerOf(layer, {
    ...Object.fromEntries([...layer.documents].map(([id, { body }]) => [id, body])),
    'roles/customizer': role,
  });
  await organization.publish(withRole);
  const vault = await ok('POST', 'EntityDefinitions', {
    SchemaName: 'new_Vault',
    DisplayName: label('Vault'),
    Attributes: [attribute('String', 'new_Secret', { IsSecured: true }), attribute('String', 'new_Open')],
  });
  const [customizer, clerk] = [
    await newcomer(server.server, 'customizer', ['customizer']),
    await newcomer(server.server, 'clerk', ['basic-user']),
  ];
  const as = ({ key }: { readonly key: string }) => ({ authorization: `Bearer ${key}` });
  const path = pathOf(vault.id);
  const open = `${path}/Attributes(LogicalName='new_open')`;
  for (const [method, to, body] of [
    ['POST', 'EntityDefinitions', { SchemaName: 'new_X', DisplayName: label('X') }],
    ['PUT', byName('account'), { DisplayName: label('X') }],
    ['DELETE', "GlobalOptionSetDefinitions(Name='industrycode')", undefined],
    ['POST', 'InsertOptionValue', { OptionSetName: 'industrycode', Label: label('X') }],
    ['POST', 'PublishAllXml', {}],
  ] as const) {
    const refused = await send(method, to, body, as(clerk));
    expect([refused.status, refused.json.error.code], to).toEqual([403, 'RIGHT_MISSING']);
  }
  // What is kept from the caller is not there; what would lift a secret needs the right to manage users.
  const secret = await send('PUT', `${path}/Attributes(LogicalName='new_secret')`, { MaxLength: 5 }, as(customizer));
  expect(secret.status).toBe(404);
  for (const [method, to, body] of [
    ['PUT', open, { IsSecured: true }],
    ['DELETE', path, undefined],
  ] as const) {
    const refused = await send(method, to, body, as(customizer));
    expect([refused.status, refused.json.error.code], to).toEqual([403, 'RIGHT_MISSING']);
    expect(refused.text).toContain('manage-users');
  }
  await ok('PUT', open, { MaxLength: 40 }, as(customizer));
  await ok('DELETE', path);
});

test('dynamics-web-api makes and takes back an entity, a field and relationships', async () => {
  const client = new DynamicsWebApi({
    serverUrl: server.url,
    dataApi: { version: '9.2' },
    onTokenRefresh: () => Promise.resolve(API_KEY),
  });
  const shipped = await client.retrieveEntities({
    select: ['LogicalName', 'EntitySetName'],
    filter: 'IsCustomEntity eq false',
  });
  expect(shipped.value?.some((row) => row['LogicalName'] === 'account')).toBe(true);
  const one = await client.retrieveEntity({
    key: "LogicalName='account'",
    select: ['LogicalName', 'SchemaName'],
    expand: [{ property: 'Attributes', select: ['LogicalName', 'AttributeType'] }],
  });
  expect((one['Attributes'] as Row[]).length).toBeGreaterThan(20);
  const id = await client.createEntity({
    data: {
      '@odata.type': `${CRM}.EntityMetadata`,
      SchemaName: 'new_Badge',
      DisplayName: label('Badge') as never,
    },
  });
  const entityId = String(id);
  expect(entityId).toMatch(/^[\dA-Fa-f-]{36}$/);
  const updated = await client.updateEntity({
    data: { MetadataId: entityId, LogicalName: 'new_badge', DisplayName: label('Sign') as never },
    mergeLabels: true,
  });
  expect(updated).toBe(true);
  const field = await client.createAttribute({
    entityKey: entityId,
    data: attribute('String', 'new_Code', { MaxLength: 50, FormatName: { Value: 'Text' } }) as never,
  });
  await client.updateAttribute({
    entityKey: entityId,
    castType: `${CRM}.StringAttributeMetadata`,
    data: { MetadataId: String(field), LogicalName: 'new_code', MaxLength: 60 } as never,
  });
  const attributes = await client.retrieveAttributes({ entityKey: "LogicalName='new_badge'", select: ['LogicalName'] });
  expect(attributes.value?.map((row) => row['LogicalName'])).toEqual(expect.arrayContaining(['new_name', 'new_code']));
  const code = await client.retrieveAttribute({ entityKey: entityId, attributeKey: "LogicalName='new_code'" });
  expect(code).toMatchObject({ MaxLength: 60, SchemaName: 'new_Code' });
  const choices = await client.retrieveAttributes({
    entityKey: "LogicalName='account'",
    castType: `${CRM}.PicklistAttributeMetadata`,
    expand: [{ property: 'OptionSet', select: ['Options'] }],
  });
  expect(choices.value?.length).toBeGreaterThan(3);
  const relation = await client.createRelationship({
    data: {
      '@odata.type': `${CRM}.OneToManyRelationshipMetadata`,
      SchemaName: 'new_account_badge',
      ReferencedEntity: 'account',
      ReferencingEntity: 'new_badge',
      CascadeConfiguration: { Delete: 'Cascade', Assign: 'NoCascade' },
    } as never,
  });
  const toMany = await client.retrieveRelationships({
    castType: `${CRM}.OneToManyRelationshipMetadata`,
    select: ['SchemaName', 'ReferencingAttribute', 'CascadeConfiguration'],
    filter: "ReferencingEntity eq 'new_badge' and ReferencedEntity eq 'account'",
  });
  expect(toMany.value).toMatchObject([
    {
      SchemaName: 'new_account_badge',
      ReferencingAttribute: 'new_accountid',
      CascadeConfiguration: { Delete: 'Cascade' },
    },
  ]);
  await client.updateRelationship({
    castType: `${CRM}.OneToManyRelationshipMetadata`,
    data: { MetadataId: String(relation), CascadeConfiguration: { Delete: 'Restrict' } } as never,
  });
  const both = await client.createRelationship({
    data: {
      '@odata.type': `${CRM}.ManyToManyRelationshipMetadata`,
      SchemaName: 'new_Badge_Contacts',
      Entity1LogicalName: 'new_badge',
      Entity2LogicalName: 'contact',
    } as never,
  });
  const account = await client.create({ collection: 'accounts', data: { name: 'Wearer' } });
  const badge = await client.create({
    collection: 'new_badges',
    data: { new_name: 'B-1', 'new_accountid@odata.bind': `/accounts(${String(account)})` },
  });
  const wearers = await client.retrieve({
    collection: 'accounts',
    key: String(account),
    expand: [{ property: 'new_account_badge' }],
  });
  expect(wearers['new_account_badge']).toMatchObject([{ new_badgeid: String(badge).toLowerCase() }]);
  await client.deleteRelationship({ key: String(both) });
  await client.deleteRelationship({ key: String(relation) });
  expect((await send('DELETE', `EntityDefinitions(${entityId})`)).status).toBe(204);
  expect(await client.retrieveCsdlMetadata({ addAnnotations: true })).not.toContain('new_badge');
});
