import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { baseModel, modelOf, problemsOf } from '../../../support/model.ts';

const ship: JsonObject = {
  title: 'Ship',
  type: 'object',
  entity: { set: 'ships', plural: 'Ships', primary: 'name', search: ['name'], keys: { imo: ['imo'] } },
  properties: {
    name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
    imo: { title: 'IMO number', type: 'string', maxLength: 10, field: { type: 'text' } },
    flag: { title: 'Flag', type: 'integer', field: { type: 'choice', choice: 'flag' } },
    price: { title: 'Price', type: 'number', field: { type: 'currency' } },
    captainid: {
      title: 'Captain',
      type: 'string',
      format: 'uuid',
      field: { type: 'lookup', target: 'contact', relation: { name: 'ship_captain' } },
    },
    ownercompanyid: {
      title: 'Owner',
      type: 'string',
      format: 'uuid',
      field: { type: 'customer', relation: { name: 'ship_customer' } },
    },
    motherid: {
      title: 'Mother ship',
      type: 'string',
      format: 'uuid',
      field: { type: 'lookup', target: 'ship', relation: { hierarchy: true } },
    },
  },
  required: ['name'],
};
const flag: JsonObject = {
  title: 'Flag',
  options: [
    { value: 1, title: 'Panama', color: '#112233' },
    { value: 2, title: 'Malta' },
  ],
};
const ports: JsonObject = {
  title: 'Sister ships',
  first: { entity: 'ship', title: 'Sisters' },
  second: { entity: 'ship', title: 'Sisters' },
};
const fleet = { 'ship/entity': ship, 'choices/flag': flag, 'relations/ship_sisters': ports };

const changed = (path: readonly string[], value: JsonObject[string]): JsonObject => {
  const copy = structuredClone(ship) as Record<string, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string, unknown>;
  at[path.at(-1) ?? ''] = value;
  return copy as JsonObject;
};
const messages = async (documents: Readonly<Record<string, JsonObject>>): Promise<readonly string[]> =>
  (await problemsOf(documents)).map(({ file, pointer, message }) => `${file}#${pointer} ${message}`);
const ofShip = (path: readonly string[], value: JsonObject[string]): Promise<readonly string[]> =>
  messages({ ...fleet, 'ship/entity': changed(path, value) });

describe('the shipped model', () => {
  it('compiles', async () => {
    const model = await baseModel();
    expect(model.sets.get('accounts')).toBe(model.entities.get('account'));
    expect(model.version).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is the same each time', async () => {
    expect((await baseModel()).version).toBe((await baseModel()).version);
  });

  it('gives an activity the fields, the key and the states of its kind', async () => {
    const task = (await baseModel()).entities.get('task');
    expect(task?.base).toBe('activitypointer');
    expect(task?.key.name).toBe('activityid');
    expect([...(task?.fields.keys() ?? [])]).toEqual(
      expect.arrayContaining(['subject', 'regardingobjectid', 'ownerid', 'statecode', 'createdon', 'versionnumber']),
    );
    expect(task?.fields.has('activitytypecode')).toBe(false);
  });

  it('knows the members of a union', async () => {
    const union = (await baseModel()).entities.get('activitypointer')?.union;
    expect(union).toEqual({
      members: ['appointment', 'email', 'letter', 'phonecall', 'task', 'opportunityclose'],
      discriminator: 'activitytypecode',
    });
  });
});

describe('an entity', () => {
  it('gets its key, who and when, its owner, its states and, having an amount, a currency', async () => {
    const entity = (await modelOf(fleet)).entities.get('ship');
    expect(entity?.key).toMatchObject({ name: 'shipid', system: 'id', immutable: true, readOnly: false });
    expect(entity?.fields.get('createdon')).toMatchObject({ system: 'created-on', readOnly: true, audit: false });
    expect(entity?.fields.get('ownerid')).toMatchObject({ system: 'owner', readOnly: false, audit: true });
    expect(entity?.fields.get('transactioncurrencyid')?.reference?.targets).toEqual(['transactioncurrency']);
    expect(entity?.fields.get('exchangerate')?.stamp).toEqual({
      lookup: 'transactioncurrencyid',
      field: 'exchangerate',
    });
    expect(entity?.fields.get('statecode')).toMatchObject({
      default: 0,
      choices: [
        { value: 0, title: 'Active' },
        { value: 1, title: 'Inactive' },
      ],
    });
    expect(entity?.fields.get('statuscode')).toMatchObject({
      default: 1,
      choices: [
        { value: 1, title: 'Active' },
        { value: 2, title: 'Inactive' },
      ],
    });
  });

  it('owned by the organization has no owner, and one without states none', async () => {
    const lonely = changed(['entity'], { set: 'ships', ownership: 'organization', stateless: true });
    const entity = (await modelOf({ ...fleet, 'ship/entity': lonely })).entities.get('ship');
    expect(entity?.fields.has('ownerid')).toBe(false);
    expect(entity?.fields.has('statecode')).toBe(false);
    expect(entity?.status).toBeUndefined();
  });

  it('may give a field of a trait another title', async () => {
    const properties = { ...(ship['properties'] as JsonObject), createdon: { title: 'Launched on' } };
    const entity = (await modelOf({ ...fleet, 'ship/entity': { ...ship, properties } })).entities.get('ship');
    expect(entity?.fields.get('createdon')).toMatchObject({
      title: 'Launched on',
      system: 'created-on',
      origins: ['ship/entity', 'traits/record'],
    });
  });

  it('says what its columns are called on the wire', async () => {
    const wire = (await modelOf(fleet)).entities.get('ship')?.wire;
    expect(wire?.get('_captainid_value')).toMatchObject({ field: 'captainid', name: 'captainid', type: 'uuid' });
    expect(wire?.get('price_base')).toMatchObject({ field: 'price', quotient: { by: 'exchangerate', scale: 2 } });
    expect(wire?.has('captainid')).toBe(false);
  });

  it('leads over its lookups, and is led to by their relations', async () => {
    const model = await modelOf(fleet);
    const navigation = model.entities.get('ship')?.navigation;
    expect(navigation?.get('captainid')).toEqual({
      name: 'captainid',
      target: 'contact',
      relation: 'ship_captain',
      kind: 'one',
      field: 'captainid',
    });
    expect(navigation?.get('ownercompanyid_account')).toMatchObject({
      target: 'account',
      relation: 'ship_customer_accounts',
    });
    expect(model.entities.get('contact')?.navigation.get('ship_captain')).toEqual({
      name: 'ship_captain',
      target: 'ship',
      relation: 'ship_captain',
      kind: 'many',
      field: 'captainid',
    });
    expect(model.entities.get('account')?.navigation.get('ship_customer_accounts')).toMatchObject({
      kind: 'many',
      target: 'ship',
    });
    expect(navigation?.get('ship_ship_motherid')).toMatchObject({ kind: 'many', target: 'ship', field: 'motherid' });
  });

  it('may be related to itself, many to many, under two names', async () => {
    const model = await modelOf(fleet);
    expect(model.relations.get('ship_sisters')).toEqual({
      kind: 'many-to-many',
      name: 'ship_sisters',
      first: 'ship',
      second: 'ship',
      table: 'ship_sisters',
      columns: ['shipid_first', 'shipid_second'],
    });
    expect(model.entities.get('ship')?.navigation.get('ship_sisters_first')).toMatchObject({
      kind: 'first',
      target: 'ship',
    });
    expect(model.entities.get('ship')?.navigation.get('ship_sisters_second')).toMatchObject({
      kind: 'second',
      target: 'ship',
    });
  });

  it('can be searched quickly by the fields that it names', async () => {
    expect((await modelOf(fleet)).entities.get('ship')?.indexes).toEqual([
      { name: 'search_name', fields: ['name'], kind: 'trigram' },
    ]);
  });

  it('becomes a thing activities are about when it says so', async () => {
    const model = await modelOf({ ...fleet, 'ship/entity': changed(['entity', 'activities'], true) });
    const regarding = model.entities.get('task')?.fields.get('regardingobjectid');
    expect(regarding?.reference?.targets).toContain('ship');
    expect(regarding?.spec.options['targets']).toContain('ship');
    expect(
      model.entities.get('ship')?.navigation.get('task_regarding_ship') ?? [
        ...(model.entities.get('ship')?.navigation.keys() ?? []),
      ],
    ).toBeDefined();
    expect(
      [...(model.entities.get('ship')?.navigation.values() ?? [])]
        .filter((step) => step.kind === 'many')
        .map((step) => step.target),
    ).toEqual(expect.arrayContaining(['task', 'phonecall', 'activitypointer']));
  });

  it('loses a field that a layer hides, wherever it was only shown', async () => {
    const hide = {
      overlays: 'base@0.1.0:contact/entity',
      properties: { emailaddress1: { remove: true }, jobtitle: { remove: true } },
    };
    const documents = { 'contact/entity': hide };
    const problems = await problemsOf(documents);
    expect(
      problems.filter(
        ({ file, pointer }) => file.includes('contact/') && /items|columns|sort|search|header/.test(pointer),
      ),
    ).toEqual([]);
    const sales = await modelOf({
      ...fleet,
      'account/entity': {
        overlays: 'base@0.1.0:account/entity',
        properties: { fax: { remove: true }, sic: { remove: true } },
      },
    });
    expect(sales.entities.get('account')?.fields.has('fax')).toBe(false);
    const shown = [...sales.forms.values(), ...sales.views.values()].filter(({ entity }) => entity === 'account');
    expect(JSON.stringify(shown)).not.toMatch(/"(fax|sic)"/);
  });

  it('is frozen', async () => {
    const entity = (await modelOf(fleet)).entities.get('ship');
    expect(Object.isFrozen(entity)).toBe(true);
    expect(Object.isFrozen(entity?.fields.get('name')?.spec.schema)).toBe(true);
  });

  it('knows which layer each of its properties comes from', async () => {
    const model = await modelOf({
      ...fleet,
      'account/entity': { overlays: 'base@0.1.0:account/entity', properties: { name: { title: 'Company' } } },
    });
    expect(model.entities.get('account')?.fields.get('name')?.title).toBe('Company');
    expect(model.provenance('account/entity', '/properties/name/title')).toBe('organization');
    expect(model.provenance('account/entity', '/properties/name/type')).toBe('base');
    expect(model.provenance('ship/entity', '/properties/createdon/title')).toBe('base');
    expect(model.provenance('ship/entity', '/properties/shipid/title')).toBe('base');
  });
});

describe('a model is refused, with the nearest right name,', () => {
  it('for an unknown field type', async () => {
    expect(await ofShip(['properties', 'name', 'field', 'type'], 'txt')).toEqual([
      expect.stringMatching(
        /^organization:ship\/entity\.json#\/properties\/name\/field\/type there is no field type "txt" \(did you mean "text"\?\); there are: text,/,
      ),
    ]);
  });

  it('for an unknown target', async () => {
    expect(await ofShip(['properties', 'captainid', 'field', 'target'], 'contcat')).toEqual([
      'organization:ship/entity.json#/properties/captainid/field/target there is no entity "contcat" (did you mean "contact"?)',
    ]);
    expect(await ofShip(['properties', 'ownercompanyid', 'field', 'targets'], ['account', 'acount'])).toEqual([
      'organization:ship/entity.json#/properties/ownercompanyid/field/targets/1 there is no entity "acount" (did you mean "account"?)',
    ]);
  });

  it('for an unknown choice', async () => {
    expect(await ofShip(['properties', 'flag', 'field', 'choice'], 'flags')).toEqual([
      'organization:ship/entity.json#/properties/flag/field/choice there is no choice "flags" (did you mean "flag"?); it would stand in choices/flags.json',
    ]);
  });

  it('for names of fields that do not exist, wherever an entity names one', async () => {
    const wrong = {
      ...ship,
      entity: {
        ...(ship['entity'] as JsonObject),
        primary: 'nam',
        search: ['nme'],
        keys: { imo: ['im0'] },
        indexes: { by_flag: { fields: ['flga'] } },
      },
      required: ['nmae'],
    };
    expect(await messages({ ...fleet, 'ship/entity': wrong })).toEqual([
      'organization:ship/entity.json#/required/0 ship has no field "nmae" (did you mean "name"?)',
      'organization:ship/entity.json#/entity/search/0 ship has no field "nme" (did you mean "name"?)',
      'organization:ship/entity.json#/entity/primary ship has no field "nam" (did you mean "name"?)',
      'organization:ship/entity.json#/entity/keys/imo/0 ship has no field "im0" (did you mean "imo"?)',
      'organization:ship/entity.json#/entity/indexes/by_flag/fields/0 ship has no field "flga" (did you mean "flag"?)',
    ]);
  });

  it('for options that the field type does not know', async () => {
    expect(await ofShip(['properties', 'price', 'field'], { type: 'currency', precison: 2 })).toEqual([
      'organization:ship/entity.json#/properties/price/field/precison unknown name "precison" (did you mean "precision"?); expected one of: precision (options of the field type "currency")',
    ]);
  });

  it('for a definition that its field type cannot be asked about', async () => {
    expect(await ofShip(['properties', 'captainid', 'field'], { type: 'polymorphic' })).toEqual([
      expect.stringContaining('/properties/captainid/field "targets" is missing'),
    ]);
  });

  it('for a relation on a field that refers to nothing', async () => {
    expect((await ofShip(['properties', 'name', 'field', 'relation'], { name: 'x' }))[0]).toContain(
      '/properties/name/field/relation a field of type "text" refers to no other row',
    );
  });

  it('for a property whose schema does not fit its field type', async () => {
    expect(await ofShip(['properties', 'flag', 'type'], 'string')).toEqual([
      'organization:ship/entity.json#/properties/flag/type a field of type "choice" needs "type": "integer", found "string"',
    ]);
    expect(
      await ofShip(['properties', 'captainid'], { type: 'string', field: { type: 'lookup', target: 'contact' } }),
    ).toEqual(['organization:ship/entity.json#/properties/captainid a field of type "lookup" needs "format": "uuid"']);
  });

  it('for what the field type itself finds wrong', async () => {
    const wrong = { type: 'lookup', target: 'contact', relation: { hierarchy: true } };
    expect((await ofShip(['properties', 'captainid', 'field'], wrong))[0]).toContain(
      'only a reference from ship to itself can form a tree',
    );
  });

  it('for a default that the field would not take', async () => {
    expect((await ofShip(['properties', 'name', 'default'], 7))[0]).toContain(
      '/properties/name/default the default is not a value of the field: ',
    );
  });

  it('for rules that name fields that do not exist, and documents of no entity', async () => {
    const rule = {
      title: 'Flagged',
      when: '$not($exists(flg))',
      // oxlint-disable-next-line unicorn/no-thenable -- the rule language's own word
      then: { require: ['imoo'], set: { price: 'prize * 2' }, refuse: [{ id: 'r', field: 'nmae', message: 'No.' }] },
    };
    expect(await messages({ ...fleet, 'ship/rules/flagged': rule })).toEqual([
      'organization:ship/rules/flagged.json#/when the expression reads "flg", which ship does not have (did you mean "flag"?)',
      'organization:ship/rules/flagged.json#/then/require/0 ship has no field "imoo" (did you mean "imo"?)',
      'organization:ship/rules/flagged.json#/then/refuse/0/field ship has no field "nmae" (did you mean "name"?)',
      'organization:ship/rules/flagged.json#/then/set/price the expression reads "prize", which ship does not have (did you mean "price"?)',
    ]);
    expect(await messages({ ...fleet, 'shipp/views/all': { title: 'All', columns: [{ id: 'name' }] } })).toEqual([
      'organization:shipp/views/all.json# the document belongs to "shipp", which is no entity (did you mean "ship"?)',
    ]);
  });

  it('for two sets or two relations of one name', async () => {
    expect((await ofShip(['entity', 'set'], 'accounts'))[0]).toContain(
      'the entity set "accounts" is already that of account; give one of them another "set"',
    );
    expect((await ofShip(['properties', 'motherid', 'field', 'relation'], { name: 'ship_captain' }))[0]).toContain(
      'the relation "ship_captain" is already made by ship.captainid; give one of them another name',
    );
  });

  it('for a union that is none, and an entity that does not exist', async () => {
    expect((await ofShip(['entity', 'extends'], 'activitypoiner'))[0]).toContain(
      'there is no entity "activitypoiner" (did you mean "activitypointer"?)',
    );
    expect((await ofShip(['entity', 'extends'], 'account'))[0]).toContain('"account" is not a union');
  });

  it('for states and reasons that do not fit together', async () => {
    const status = [
      { state: 0, title: 'Afloat', reasons: [{ value: 1, title: 'At sea', to: [7] }] },
      { state: 1, title: 'Sunk', reasons: [{ value: 1, title: 'Deep' }] },
      { state: 2, title: 'Sold', reasons: [] },
    ];
    expect(await ofShip(['entity', 'status'], status)).toEqual([
      expect.stringContaining('#/entity/status/0/reasons/0/to there is no reason 7 to go to; the reasons are 1'),
      expect.stringContaining('#/entity/status/1/reasons/0 the reason 1 already belongs to the state 0'),
      expect.stringContaining('#/entity/status/2 the state 2 needs at least one reason'),
    ]);
  });

  it('for relations between entities that do not exist or are unions', async () => {
    const relation = { title: 'Crew', first: { entity: 'shp' }, second: { entity: 'activitypointer' } };
    expect(await messages({ ...fleet, 'relations/crew': relation })).toEqual([
      'organization:relations/crew.json#/first there is no entity "shp" (did you mean "ship"?)',
      'organization:relations/crew.json#/second/entity "activitypointer" is a union; relate its members instead',
    ]);
  });

  it('for views that name fields, relations or operators that do not exist', async () => {
    const view = {
      title: 'All',
      columns: [{ id: 'nam' }, { id: 'captainid.emailadress1' }, { id: 'ownercompanyid.telephone1' }, { id: 'name.x' }],
      sort: [{ id: 'fleg', direction: 'asc' }],
      filter: {
        and: [
          { field: 'name', is: 'gt', value: 'a' },
          { field: 'flag', is: 'contains', value: 'a' },
          { field: 'flag', is: 'in', value: 1 },
          { not: { field: 'captainid.nme', is: 'null' } },
          { any: 'ship_sisters_frist' },
          { any: 'ship_ship_motherid', where: { field: 'imoo', is: 'null' } },
        ],
      },
    };
    expect(
      (await messages({ ...fleet, 'ship/views/all': view as unknown as JsonObject })).map((line) =>
        line.replace('organization:ship/views/all.json#', ''),
      ),
    ).toEqual([
      '/columns/0 ship has no field "nam" (did you mean "name"?)',
      '/columns/1 contact has no field "emailadress1" (did you mean "emailaddress1"?)',
      '/columns/3 "name" of ship refers to no other row, so nothing can follow it in "name.x"',
      '/sort/0 ship has no field "fleg" (did you mean "flag"?)',
      expect.stringContaining(
        '/filter/and/1/is "flag" (type choice) cannot be compared by "contains"; it knows eq, ne,',
      ),
      '/filter/and/2/value "in" needs a list of values',
      expect.stringContaining('/filter/and/3/not/field contact has no field "nme"'),
      '/filter/and/4/any ship has no relation "ship_sisters_frist" to many rows (did you mean "ship_sisters_first"?)',
      '/filter/and/5/where/field ship has no field "imoo" (did you mean "imo"?)',
    ]);
  });

  it('for summaries that group, measure, sort or choose by what does not fit', async () => {
    const view = {
      title: 'Summary',
      columns: [{ id: 'name' }],
      groups: [{ id: 'flag' }, { id: 'nam' }, { id: 'when', field: 'name', by: 'month' }],
      measures: [
        { id: 'flag', function: 'count' },
        { id: 'total', function: 'sum', field: 'name' },
        { id: 'most', function: 'max' },
      ],
      sort: [{ id: 'totl' }],
      having: { or: [{ id: 'tootal', is: 'gt', value: 1 }, { not: { id: 'total', is: 'in', value: 1 } }] },
    };
    expect(
      (await messages({ ...fleet, 'ship/views/all': view as unknown as JsonObject })).map((line) =>
        line.replace('organization:ship/views/all.json#', ''),
      ),
    ).toMatchInlineSnapshot(`
      [
        "/groups/1 ship has no field "nam" (did you mean "name"?)",
        "/groups/2 "name" (type text) holds no dates to take together by month",
        "/measures/0 two groups or measures are called "flag"",
        "/measures/1 "name" (type text) has no sum",
        "/measures/2 max needs a "field"",
        "/columns a summary shows its groups and measures; it has no columns",
        "/sort/0 a summary is sorted by its groups and measures; "totl" is none (did you mean "total"?)",
        "/having/or/0/id the summary has no group or measure "tootal" (did you mean "total"?)",
        "/having/or/1/not/value "in" needs a list of values",
      ]
    `);
  });

  it('for forms that name fields, relations or views that do not exist', async () => {
    const form = {
      title: 'Ship',
      kind: 'main',
      header: ['statecod'],
      tabs: [
        {
          id: 'summary',
          title: 'Summary',
          columns: [
            {
              id: 'left',
              sections: [
                {
                  id: 'facts',
                  items: [
                    { id: 'nmae' },
                    { id: 'imo' },
                    { id: 'sisters', control: 'sub-grid', navigation: 'ship_sister_first' },
                    { id: 'daughters', control: 'sub-grid', navigation: 'ship_ship_motherid', view: 'al' },
                  ],
                },
                { id: 'again', items: [{ id: 'imo' }] },
              ],
            },
          ],
        },
      ],
      rules: [{ id: 'far', when: 'flga = 1 and captainid[nonsense = 1] and $x.y', hide: ['fact'], lock: ['imoo'] }],
    };
    const view = { title: 'All', columns: [{ id: 'name' }] };
    const found = await messages({
      ...fleet,
      'ship/views/all': view,
      'ship/forms/main': form as unknown as JsonObject,
    });
    expect(found.map((line) => line.replace('organization:ship/forms/main.json#', ''))).toEqual([
      '/header/0 ship has no field "statecod" (did you mean "statecode"?)',
      expect.stringContaining('/items/0 ship has no field "nmae" (did you mean "name"?)'),
      expect.stringContaining(
        '/items/2/navigation ship has no relation "ship_sister_first" to many rows (did you mean "ship_sisters_first"?)',
      ),
      expect.stringContaining('/items/3/view ship has no view "al" (did you mean "all"?)'),
      expect.stringContaining('/sections/1/items/0 the field "imo" already stands at'),
      '/rules/0/lock/0 ship has no field "imoo" (did you mean "imo"?)',
      '/rules/0/hide/0 the form has no tab, section or item "fact" (did you mean "facts"?)',
      '/rules/0/when the expression reads "flga", which ship does not have (did you mean "flag"?)',
    ]);
  });

  it('for apps, roles and texts about things that do not exist', async () => {
    const app = {
      title: 'Fleet',
      areas: [
        {
          id: 'a',
          title: 'A',
          groups: [
            {
              id: 'g',
              title: 'G',
              items: [{ id: 'ship', entity: 'shi' }, { id: 'none' }, { id: 'c', entity: 'contact', view: 'activ' }],
            },
          ],
        },
      ],
      roles: ['captain'],
    };
    const role = { title: 'Mate', privileges: { shipp: 'organization' } };
    const locale = {
      title: 'Deutsch',
      direction: 'ltr',
      texts: {
        'ship/entity#properties/nam/title': 'Name',
        'shop/entity#title': 'Schiff',
        'ship/entity#plural': 'Schiffe',
      },
    };
    expect(await messages({ ...fleet, 'apps/fleet': app, 'roles/mate': role, 'locales/de': locale })).toEqual([
      'organization:apps/fleet.json#/areas/0/groups/0/items/0/entity there is no entity "shi" (did you mean "ship"?)',
      'organization:apps/fleet.json#/areas/0/groups/0/items/1 a place of the site map names one of "entity", "dashboard", "page", "url"',
      'organization:apps/fleet.json#/areas/0/groups/0/items/2/view contact has no view "activ" (did you mean "active"?)',
      expect.stringContaining('organization:apps/fleet.json#/roles/0 there is no role "captain"'),
      'organization:roles/mate.json#/privileges/shipp there is no entity "shipp" (did you mean "ship"?)',
      'organization:locales/de.json#/texts/ship~1entity#properties~1nam~1title "ship/entity" has no label at "properties/nam/title" (did you mean "properties/name/title"?)',
      'organization:locales/de.json#/texts/shop~1entity#title there is no document "shop/entity" (did you mean "ship/entity"?) to translate',
    ]);
  });

  it('with all problems of all documents in one error, line and column included', async () => {
    const problems = await problemsOf({
      'ship/entity': changed(['properties', 'captainid', 'field', 'target'], 'contcat'),
      'ship/views/all': { title: 'All', columns: [{ id: 'nope' }] },
      'relations/ship_sisters': ports,
    });
    expect(problems.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['organization:ship/entity.json', 'organization:ship/views/all.json']),
    );
    expect(problems.length).toBeGreaterThanOrEqual(3);
    for (const problem of problems) {
      expect(problem.line).toBeGreaterThan(0);
      expect(problem.column).toBeGreaterThan(0);
    }
  });
});
