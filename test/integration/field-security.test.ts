// Secured fields over real HTTP: whatever the hidden values are, no answer differs for those who may not read them. Each request
// is made in two worlds whose rows differ in hidden values only, as somebody who sees nothing of them, as somebody who sees
// masks, and as the administrator, whose answers show that the request does depend on them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newcomer } from '../support/newcomer.ts';
import { pluginFolder, type PluginFolder } from '../support/plugin-folder.ts';
import { API_KEY, testServer, type InProcessServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';
const text = (field: object = {}, more: object = {}) => ({
  title: 'Text',
  type: 'string',
  field: { type: 'text', ...field },
  ...more,
});
const secret = { secured: true };

const PLUGIN = {
  'plugin.json': {
    id: 'vault',
    version: '1.0.0',
    title: 'Vault',
    engine: '^0.1.0',
    requires: { standard: '^0.1.0' },
  },
  'patient/entity.json': {
    title: 'Patient',
    type: 'object',
    entity: {
      set: 'patients',
      plural: 'Patients',
      ownership: 'organization',
      primary: 'name',
      keys: { pin: ['pin'], code: ['code'], number: ['number'] },
      search: ['name', 'pin', 'alias'],
    },
    properties: {
      name: text(),
      number: text(),
      pin: text(secret, { maxLength: 20 }),
      code: text(secret),
      alias: text(secret),
      level: { title: 'Level', type: 'integer', default: 3, field: { type: 'whole-number', ...secret } },
      both: text({ compose: ['name', 'alias'] }, { readOnly: true }),
      pay: { title: 'Pay', type: 'number', field: { type: 'currency', ...secret } },
      twice: { title: 'Twice', type: 'number', readOnly: true, field: { type: 'formula', formula: 'pay * 2' } },
      grade: { title: 'Grade', type: 'integer', field: { type: 'whole-number', ...secret } },
      born: { title: 'Born', type: 'string', format: 'date', field: { type: 'date', ...secret } },
      smokes: { title: 'Smokes', type: 'boolean', field: { type: 'yes-no', ...secret } },
      kind: {
        title: 'Kind',
        type: 'integer',
        field: {
          type: 'choice',
          ...secret,
          options: [
            { value: 1, title: 'ONE' },
            { value: 2, title: 'TWO' },
          ],
        },
      },
      doctor: {
        title: 'Doctor',
        type: 'string',
        format: 'uuid',
        field: { type: 'lookup', target: 'contact', ...secret, relation: { name: 'doctor_patients' } },
      },
      account: {
        title: 'Account',
        type: 'string',
        format: 'uuid',
        field: { type: 'lookup', target: 'account', relation: { name: 'account_patients' } },
      },
      paper: { title: 'Paper', type: 'string', format: 'uuid', field: { type: 'file', ...secret } },
    },
  },
  'patient/forms/main.json': {
    title: 'Patient',
    kind: 'main',
    header: ['pay', 'pin'],
    tabs: [
      {
        id: 'all',
        title: 'All',
        columns: [
          {
            id: 'one',
            sections: [{ id: 'one', items: ['name', 'pin', 'code', 'pay', 'doctor'].map((id) => ({ id })) }],
          },
        ],
      },
    ],
  },
  'patient/views/all.json': {
    title: 'Patients',
    kind: 'grid',
    columns: ['name', 'pin', 'pay', 'doctor.emailaddress1'].map((id) => ({ id })),
    filter: { field: 'pay', is: 'gt', value: 10 },
    sort: [{ id: 'pay', direction: 'desc' }],
  },
  'patient/duplicates/doctor.json': { title: 'Of one doctor', criteria: [{ field: 'doctor', match: 'exact' }] },
  'roles/nurse.json': {
    title: 'Nurse',
    privileges: { patient: 'organization', account: 'organization', contact: 'organization' },
  },
  'profiles/ends.json': {
    title: 'Ends',
    fields: { patient: { pin: { read: true, mask: { last: 2 }, update: true } } },
  },
  'profiles/intake.json': { title: 'Intake', fields: { patient: { code: { create: true }, alias: { update: true } } } },
  'profiles/whole.json': {
    title: 'Whole',
    fields: { patient: { pin: { read: true }, pay: { read: true }, paper: { read: true } } },
  },
};

/** Hidden values of patients 1 and 2. The ends of the pins, which masks show, are the same in both. */
const WORLDS = [
  {
    pin: ['AAAAA-11', 'BBBBB-22'],
    code: ['c-one', 'c-two'],
    alias: ['Zorro', 'Batman'],
    pay: [100, 2000],
    grade: [1, 9],
    born: ['1990-01-01', '2001-02-03'],
    smokes: [true, false],
    kind: [1, 2],
    doctor: [0, 1],
  },
  {
    pin: ['CCCCC-11', 'ABABA-22'],
    code: ['c-three', 'c-one'],
    alias: ['Aaron', 'Zorro'],
    pay: [9000, 3],
    grade: [7, 2],
    born: ['1971-05-05', '1950-12-31'],
    smokes: [false, false],
    kind: [2, 2],
    doctor: [1, 1],
  },
] as const;

const CANARIES = [
  ...WORLDS.flatMap(({ pin, code, alias, born }) => [...pin, ...code, ...alias, ...born]),
  'ONE',
  'TWO',
  'Doctor Strange',
  'Doctor No',
  'SECRET-FILE',
];

let server: InProcessServer;
let plugin: PluginFolder;
const keys: Record<string, string> = {};
const patients: string[] = [];
const doctors: string[] = [];
let account: string;
/** After everything here: a record as it was then is as it is. */
const later = new Date(Date.now() + 3_600_000).toISOString();

beforeAll(async () => {
  plugin = pluginFolder(PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: plugin.folder });
  for (const name of ['blind', 'ends', 'intake', 'whole']) {
    const { id: userId, key } = await newcomer(server.server, name, ['nurse']);
    keys[name] = key;
    if (name === 'blind') continue;
    const found = await server.request(`${BASE}/fieldsecurityprofiles?$filter=document eq '${name}'`);
    const { value } = (await found.json()) as { value: readonly Readonly<Record<string, string>>[] };
    const linked = await server.request(`${BASE}/systemusers(${userId})/systemuserprofiles_association/$ref`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        '@odata.id': `${server.url}${BASE}/fieldsecurityprofiles(${value[0]?.['fieldsecurityprofileid']})`,
      }),
    });
    expect(linked.status).toBe(204);
  }
  account = await made('accounts', { name: 'Clinic' });
  for (const [firstname, lastname] of [
    ['Doctor', 'Strange'],
    ['Doctor', 'No'],
  ])
    doctors.push(await made('contacts', { firstname, lastname, emailaddress1: `${lastname}@example.com` }));
  for (const [index, name] of ['Mina', 'Reza'].entries()) {
    const id = await made('patients', {
      name,
      number: `n-${index}`,
      'account@odata.bind': `/accounts(${account})`,
      ...(await bodyOf(WORLDS[0], index)),
    });
    patients.push(id);
    const stored = await server.request(`${BASE}/patients(${id})/paper`, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'x-ms-file-name': 'SECRET-FILE.txt' },
      body: `SECRET-FILE ${index}`,
    });
    expect(stored.status).toBe(204);
  }
}, 60_000);
afterAll(async () => {
  await server.stop();
  plugin?.remove();
});

async function bodyOf(world: (typeof WORLDS)[number], index: number): Promise<Readonly<Record<string, unknown>>> {
  const { doctor, ...values } = world;
  return {
    ...Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list[index]])),
    'doctor@odata.bind': `/contacts(${doctors[doctor[index] ?? 0]})`,
  };
}

/** Puts another world's hidden values in place behind everyone's back: versions and times stay as they are. */
async function enter(world: (typeof WORLDS)[number], withFiles: boolean): Promise<void> {
  const { database, organization } = server.server;
  const { schema } = organization.current();
  await database.query(`update "${schema}"."patient" set "pin" = null, "code" = null`);
  for (const [index, id] of patients.entries()) {
    await database.query(
      `update "${schema}"."patient" set "pin" = $2, "code" = $3, "alias" = $4, "both" = "name" || ' ' || $4, "pay" = $5::text::numeric,
         "pay_base" = $5::text::numeric, "grade" = $6::text::integer, "born" = $7::text::date, "smokes" = $8::text::boolean,
         "kind" = $9::text::integer, "doctor" = $10::text::uuid,
         "paper" = case when $11::text = 'y' then (select f."id" from "${schema}"."_file" f where f."record" = patientid) end
       where patientid = $1::text::uuid`,
      [
        id,
        world.pin[index] ?? '',
        world.code[index] ?? '',
        world.alias[index] ?? '',
        String(world.pay[index]),
        String(world.grade[index]),
        world.born[index] ?? '',
        String(world.smokes[index]),
        String(world.kind[index]),
        doctors[world.doctor[index] ?? 0] ?? '',
        withFiles ? 'y' : 'n',
      ],
    );
  }
}

async function made(set: string, body: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await server.request(`${BASE}/${set}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(await response.text()).toBe('');
  return /\(([^)]+)\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(who: string, { method = 'GET', path, body, headers }: Asked): Promise<string> {
  const response = await fetch(`${server.url}${path.startsWith('/') ? path : `${BASE}/${path}`}`, {
    method,
    headers: {
      authorization: `Bearer ${who === 'administrator' ? API_KEY : keys[who]}`,
      prefer: 'odata.include-annotations="*"',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const told = ['etag', 'content-length', 'location', 'odata-entityid', 'x-ms-file-name', 'x-ms-file-size'];
  const lines = told.map((name) => `${name}: ${response.headers.get(name) ?? '-'}`);
  return [String(response.status), ...lines, await response.text()].join('\n');
}

const p = (index: number): string => `patients(${patients[index]})`;

/** Name → what is asked. `masked: false`: a holder of masks gets what the mask shows, so only the blind user is compared. */
const READS: Readonly<Record<string, () => string>> = {
  'a list': () => 'patients',
  'a list of chosen fields': () => 'patients?$select=name,pin,pay,_doctor_value,smokes,kind,paper,both',
  'a row': () => p(0),
  'a row with its doctor': () => `${p(0)}?$expand=doctor($select=fullname)`,
  'a property': () => `${p(0)}/pay`,
  'a property as text': () => `${p(0)}/alias/$value`,
  'a lookup walked': () => `${p(0)}/doctor`,
  'a lookup’s reference': () => `${p(0)}/doctor/$ref`,
  'a file': () => `${p(0)}/paper/$value`,
  'a file as Dataverse clients read it': () => `${p(0)}/paper`,
  eq: () => "patients?$select=name&$filter=pin eq 'AAAAA-11'",
  ne: () => "patients?$select=name&$filter=pin ne 'AAAAA-11'",
  gt: () => 'patients?$select=name&$filter=pay gt 500',
  ge: () => 'patients?$select=name&$filter=grade ge 7',
  lt: () => 'patients?$select=name&$filter=born lt 1980-01-01',
  le: () => 'patients?$select=name&$filter=pay_base le 100',
  in: () => "patients?$select=name&$filter=code in ('c-one','c-three')",
  contains: () => "patients?$select=name&$filter=contains(alias,'zor')",
  startswith: () => "patients?$select=name&$filter=startswith(pin,'A')",
  endswith: () => "patients?$select=name&$filter=endswith(alias,'rro')",
  null: () => 'patients?$select=name&$filter=paper eq null',
  'not null': () => 'patients?$select=name&$filter=not (paper eq null)',
  true: () => 'patients?$select=name&$filter=smokes eq true',
  'a choice': () => 'patients?$select=name&$filter=kind eq 1',
  'a lookup’s id': () => `patients?$select=name&$filter=_doctor_value eq ${doctors[0]}`,
  'a path over a hidden lookup': () => "patients?$select=name&$filter=doctor/lastname eq 'Strange'",
  'a joined text': () => "patients?$select=name&$filter=contains(both,'zorro')",
  'a field compared with a field': () => 'patients?$select=name&$filter=name lt alias',
  'a denied condition': () => "patients?$select=name&$filter=not (alias eq 'Zorro')",
  'the cursor of a page sorted by a hidden field': () => 'patients?$select=name&$orderby=pay desc',
  'a sort by a path': () => 'patients?$select=name&$orderby=doctor/lastname',
  'a sort by a joined text': () => 'patients?$select=name&$orderby=both desc',
  groups: () => 'patients?$apply=groupby((kind),aggregate($count as n))',
  'groups of a lookup': () => 'patients?$apply=groupby((_doctor_value),aggregate($count as n))',
  'groups of a path': () => 'patients?$apply=groupby((doctor/lastname),aggregate($count as n))',
  'a sum': () => 'patients?$apply=aggregate(pay with sum as s)',
  'an average of a filter': () => 'patients?$apply=filter(pay gt 50)/aggregate(grade with average as a)',
  'the smallest and largest': () => 'patients?$apply=aggregate(pay with min as a,born with max as b)',
  'a number of different values': () => 'patients?$apply=aggregate(kind with countdistinct as n)',
  'a search': () => 'patients?$select=name&$search=zorro',
  'a search in what is masked': () => 'patients?$select=name&$search=AAAAA',
  'a count': () => 'patients/$count?$filter=pay gt 50',
  'a count beside a page': () => 'patients?$select=name&$count=true&$filter=grade eq 1',
  'rows expanded over a hidden lookup': () => 'contacts?$select=lastname&$expand=doctor_patients($select=name)',
  'rows expanded with a hidden filter': () =>
    'accounts?$select=name&$expand=account_patients($select=name;$filter=pay gt 500;$orderby=alias)',
  'rows related over a hidden lookup': () => `contacts(${doctors[0]})/doctor_patients?$select=name`,
  any: () => 'accounts?$select=name&$filter=account_patients/any(x:x/pay gt 5000)',
  all: () => 'accounts?$select=name&$filter=account_patients/all(x:x/grade gt 1)',
  'any over a hidden lookup': () => 'contacts?$select=lastname&$filter=doctor_patients/any()',
  arithmetic: () => 'patients?$select=name&$filter=pay add 1 gt 500',
  'a function': () => 'patients?$select=name&$filter=length(alias) gt 5',
  'a part of a date': () => 'patients?$select=name&$filter=year(born) lt 1980',
  'a value worked out': () => 'patients?$select=name,x&$compute=pay mul 2 as x',
  'a case': () => "patients?$select=name&$filter=case(smokes eq true:'a',true:'b') eq 'a'",
  'an order by what is worked out': () => 'patients?$select=name&$orderby=pay add 1 desc',
  'an order by a function': () => 'patients?$select=name&$orderby=tolower(alias)',
  'how many related rows are such': () =>
    'accounts?$select=name&$filter=account_patients/$count($filter=pay gt 50) gt 1',
  'groups of what is worked out': () => 'patients?$apply=compute(pay mul 2 as x)/groupby((x),aggregate($count as n))',
  'groups by a period': () => 'patients?$apply=compute(Peyvand.Year(born) as y)/groupby((y),aggregate($count as n))',
  'a condition on groups': () =>
    'patients?$apply=groupby((_account_value),aggregate(pay with sum as s))/filter(s gt 500)',
  'a formula over what is hidden': () => 'patients?$select=name,twice',
  'a formula asked for': () => 'patients?$select=name&$filter=twice gt 1000',
  'an order by a formula': () => 'patients?$select=name&$orderby=twice',
  'a sum of a formula': () => 'patients?$apply=aggregate(twice with sum as s)',
  'FetchXML: attributes': () => fetchXml('<attribute name="pay"/><attribute name="pin"/><attribute name="twice"/>'),
  'FetchXML: a condition': () =>
    fetchXml(
      '<attribute name="name"/><filter><condition attribute="pay" operator="between"><value>500</value><value>90000</value></condition></filter>',
    ),
  'FetchXML: a pattern': () =>
    fetchXml('<attribute name="name"/><filter><condition attribute="alias" operator="like" value="%orr%"/></filter>'),
  'FetchXML: an order': () => fetchXml('<attribute name="name"/><order attribute="born"/>'),
  'FetchXML: sums': () =>
    fetchXml(
      '<attribute name="kind" groupby="true" alias="k"/><attribute name="pay" aggregate="sum" alias="s"/>',
      true,
    ),
  'FetchXML: over a hidden lookup': () =>
    fetchXml(
      '<attribute name="name"/><link-entity name="contact" from="contactid" to="doctor"><attribute name="lastname" alias="l"/></link-entity>',
    ),
  'the search of everything': () => '/api/search?q=zorro',
  'the search of everything in what is masked': () => '/api/search?q=AAAAA',
  'a view with a hidden filter and sort': () => 'patients?savedQuery=all',
  'an alternate key': () => "patients(pin='AAAAA-11')?$select=name",
  'a record as it was': () => `/api/audit/records/patient/${patients[0]}/as-of?at=${later}`,
  'what merging a doctor would take along': () => `/api/merge/contact/${doctors[0]}/preview`,
  'pairs of duplicates': () => '/api/duplicates/patient?rule=doctor',
  'what deleting a doctor would do': () => `contacts(${doctors[0]})/DeletePreview()`,
};

function fetchXml(inner: string, isAggregate = false): string {
  const fetch = `<fetch${isAggregate ? ' aggregate="true"' : ''}><entity name="patient">${inner}</entity></fetch>`;
  return `patients?fetchXml=${encodeURIComponent(fetch)}`;
}

/** Name → what is asked with a body. */
const POSTED: Readonly<Record<string, () => Asked>> = {
  'a file of rows': () => ({
    method: 'POST',
    path: '/api/export/patient',
    body: { query: '$orderby=name', columns: ['name', 'pin', 'alias', 'pay', 'twice', 'doctor'], format: 'csv' },
  }),
  'a file of rows with a hidden condition': () => ({
    method: 'POST',
    path: '/api/export/patient',
    body: { query: '$filter=pay gt 500', columns: ['name'], format: 'csv' },
  }),
  'how many rows a change would reach': () => ({
    method: 'POST',
    path: '/api/bulk/patient/preview',
    body: { query: '$filter=pay gt 50', action: 'update', set: { name: 'x' } },
  }),
  'the search of other clients': () => ({
    method: 'POST',
    path: '/api/search/v1.0/query',
    body: { search: 'zorro', entities: ['patient'] },
  }),
  suggestions: () => ({ method: 'POST', path: '/api/search/v1.0/suggest', body: { search: 'zor' } }),
  'a batch': () => ({
    method: 'POST',
    path: '$batch',
    body: { requests: [{ id: '1', method: 'GET', url: 'patients?$select=name&$filter=pay gt 500' }] },
  }),
};

/** Page by page: the cursors say where a row stands. */
async function pages(who: string, path: string): Promise<string> {
  const headers = { prefer: 'odata.maxpagesize=1' };
  const all: string[] = [];
  let next: string | undefined = path;
  while (next !== undefined && all.length < 5) {
    const answer = await ask(who, { path: next, headers });
    all.push(answer);
    next = /"@odata\.nextLink":"[^"]*\/v9\.2\/([^"]*)"/.exec(answer)?.[1];
  }
  return all.join('\n');
}

async function inBothWorlds<T>(work: () => Promise<T>): Promise<readonly [T, T]> {
  await enter(WORLDS[1], false);
  const other = await work();
  await enter(WORLDS[0], true);
  return [await work(), other];
}

describe('whatever the hidden values are, nobody who may not read them can tell by', () => {
  test.each(Object.entries(READS))('%s', async (_name, path) => {
    const asked = path();
    const read = async (who: string) => `${await ask(who, { path: asked })}\n${await pages(who, asked)}`;
    const [blind, ends, administrator] = await Promise.all([0, 1, 2]).then(async () => [
      await inBothWorlds(() => read('blind')),
      await inBothWorlds(() => read('ends')),
      await inBothWorlds(() => read('administrator')),
    ]);
    expect(blind?.[0]).toBe(blind?.[1]);
    expect(ends?.[0]).toBe(ends?.[1]);
    expect(administrator?.[0]).not.toBe(administrator?.[1]);
    for (const canary of CANARIES) {
      // What was asked for stands in links of the answer.
      if (decodeURIComponent(asked).toLowerCase().includes(canary.toLowerCase())) continue;
      expect(blind?.[0]).not.toContain(canary);
      expect(ends?.[0]).not.toContain(canary);
    }
  });
});

describe('what is asked with a body tells no more', () => {
  test.each(Object.entries(POSTED))('%s', async (_name, asked) => {
    const told = async (who: string): Promise<string> =>
      // When and under which number something was asked changes each time.
      (await ask(who, asked())).replaceAll(/"(?:version|x-request-id)":"[^"]*"/g, '');
    const [one, other] = await inBothWorlds(() => told('blind'));
    expect(one).toBe(other);
    const [seen, otherwise] = await inBothWorlds(() => told('administrator'));
    expect(seen).not.toBe(otherwise);
    const sent = JSON.stringify(asked().body).toLowerCase();
    for (const canary of CANARIES) if (!sent.includes(canary.toLowerCase())) expect(one).not.toContain(canary);
  });
});

async function status(who: string, asked: Asked): Promise<number> {
  return Number((await ask(who, asked)).split('\n')[0]);
}
const patch = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Asked => ({
  method: 'PATCH',
  path,
  body,
  headers,
});
const reference = (path: string) => ({ '@odata.id': `${server.url}${BASE}/${path}` });

const merging = (content: object): Asked => ({
  method: 'POST',
  path: 'Merge',
  body: {
    Target: { '@odata.type': 'Microsoft.Dynamics.CRM.patient', patientid: patients[0] },
    Subordinate: { '@odata.type': 'Microsoft.Dynamics.CRM.patient', patientid: patients[1] },
    UpdateContent: { '@odata.type': 'Microsoft.Dynamics.CRM.patient', ...content },
    PerformParentingChecks: false,
  },
});

/** Name → who writes what, and the answer's status. Nothing is stored. */
const WRITES: Readonly<Record<string, () => readonly [who: string, asked: Asked, status: number]>> = {
  'a hidden field changed': () => ['blind', patch(p(0), { pay: 1 }), 403],
  'a hidden field cleared': () => ['blind', patch(p(0), { alias: null }), 403],
  'a masked field that is not to be changed': () => ['ends', patch(p(0), { pay: 1 }), 403],
  'a hidden unique value guessed in a change': () => ['blind', patch(p(0), { code: 'c-two' }), 403],
  'a hidden unique value guessed in a new row': () => [
    'blind',
    { method: 'POST', path: 'patients', body: { name: 'x', code: 'c-two' } },
    403,
  ],
  'a property set': () => ['blind', { method: 'PUT', path: `${p(0)}/alias`, body: { value: 'Zorro' } }, 403],
  'a property cleared': () => ['blind', { method: 'DELETE', path: `${p(0)}/alias` }, 403],
  'a row addressed by a hidden key': () => ['blind', patch("patients(code='c-one')", { name: 'x' }), 403],
  'an update addressed by a hidden key': () => [
    'blind',
    patch("patients(code='c-two')", { name: 'x' }, { 'if-match': '*' }),
    403,
  ],
  'a create addressed by a hidden key': () => [
    'intake',
    patch("patients(code='c-two')", { name: 'x' }, { 'if-none-match': '*' }),
    403,
  ],
  'a row addressed by a masked key': () => ['ends', patch("patients(pin='AAAAA-11')", { name: 'x' }), 403],
  'a deletion addressed by a hidden key': () => ['blind', { method: 'DELETE', path: "patients(code='c-two')" }, 403],
  'a link to a row addressed by a hidden key': () => [
    'blind',
    {
      method: 'POST',
      path: `contacts(${doctors[0]})/doctor_patients/$ref`,
      body: reference("patients(code='c-two')"),
    },
    403,
  ],
  'a hidden lookup set from the other side': () => [
    'blind',
    { method: 'POST', path: `contacts(${doctors[0]})/doctor_patients/$ref`, body: reference(p(0)) },
    403,
  ],
  'a hidden lookup ended from the other side': () => [
    'blind',
    { method: 'DELETE', path: `contacts(${doctors[0]})/doctor_patients(${patients[0]})/$ref` },
    403,
  ],
  'a hidden lookup emptied': () => ['blind', { method: 'DELETE', path: `${p(0)}/doctor/$ref` }, 403],
  'a hidden file stored': () => ['blind', { method: 'PUT', path: `${p(0)}/paper`, body: 'x' }, 403],
  'a hidden file removed': () => ['blind', { method: 'DELETE', path: `${p(0)}/paper` }, 403],
  'a merge that chooses a hidden value': () => ['blind', merging({ alias: 'Zorro' }), 403],
  'a merge that chooses a hidden file': () => ['blind', merging({ paper: null }), 403],
  'a merge that chooses a file of what may only be given': () => ['intake', merging({ paper: null }), 403],
  'a stale change': () => ['blind', patch(p(0), { name: 'x' }, { 'if-match': 'W/"1"' }), 412],
  'a stale change of what may be written, not read': () => [
    'intake',
    patch(p(0), { alias: 'x' }, { 'if-match': 'W/"1"' }),
    412,
  ],
  'a stale change of what is masked': () => ['ends', patch(p(0), { pin: 'x' }, { 'if-match': 'W/"1"' }), 412],
  'a key that is taken, by who may give it, not read it': () => [
    'intake',
    { method: 'POST', path: 'patients', body: { name: 'x', code: 'c-one' } },
    409,
  ],
};

describe('a write tells no more than a read', () => {
  test.each(Object.entries(WRITES))('%s', async (_name, write) => {
    const [who, asked, expected] = write();
    const [one, other] = await inBothWorlds(() => ask(who, asked));
    expect(one).toBe(other);
    expect(one.split('\n')[0]).toBe(String(expected));
    const sent = decodeURIComponent(JSON.stringify(asked));
    for (const canary of CANARIES) if (!sent.includes(canary)) expect(one).not.toContain(canary);
    for (const id of patients) if (!sent.includes(id)) expect(one).not.toContain(id);
  });

  test('a refusal names every field that is not the caller’s to change, and nothing is stored', async () => {
    await enter(WORLDS[0], true);
    const answer = await ask('blind', patch(p(0), { name: 'Other', pin: '1', pay: 5, alias: 'x' }));
    const { error } = JSON.parse(answer.slice(answer.indexOf('{'))) as {
      error: { code: string; details: readonly { code: string; target: string }[] };
    };
    expect(error.code).toBe('FIELD_FORBIDDEN');
    expect(error.details.map(({ code, target }) => `${code} ${target}`)).toEqual([
      'FIELD_FORBIDDEN pin',
      'FIELD_FORBIDDEN pay',
      'FIELD_FORBIDDEN alias',
    ]);
    expect(await ask('administrator', { path: p(0) })).toContain('"name":"Mina"');
  });

  test('a mask that a form sends back never overwrites the value', async () => {
    await enter(WORLDS[0], true);
    const answer = await ask('ends', patch(p(0), { name: 'Mina', pin: '••••11' }));
    expect(answer).toMatch(/^400/);
    expect(answer).toContain('VALUE_MASKED');
    expect(await ask('administrator', { path: p(0) })).toContain('"pin":"AAAAA-11"');
    expect(await status('ends', patch(p(0), { pin: 'NEW-77' }))).toBe(204);
    expect(await ask('administrator', { path: p(0) })).toContain('"pin":"NEW-77"');
    await enter(WORLDS[0], true);
  });

  test('a stale change shows a masked value masked, and a hidden one not at all', async () => {
    await enter(WORLDS[0], true);
    const stale = { 'if-match': 'W/"1"' };
    expect(await ask('ends', patch(p(0), { pin: 'x', name: 'x' }, stale))).toContain(
      '"current":{"name":"Mina","pin":"••••11"}',
    );
    expect(await ask('intake', patch(p(0), { alias: 'x', name: 'x' }, stale))).toContain('"current":{"name":"Mina"}');
    expect(await ask('administrator', patch(p(0), { alias: 'x' }, stale))).toContain('"current":{"alias":"Zorro"}');
  });

  test('the version rises for a right guess as it does for a wrong one', async () => {
    await enter(WORLDS[0], true);
    const version = async (): Promise<string> =>
      /"versionnumber":(\d+)/.exec(await ask('administrator', { path: `${p(0)}?$select=versionnumber` }))?.[1] ?? '';
    const before = await version();
    expect(await status('intake', patch(p(0), { alias: 'Zorro' }))).toBe(204);
    const after = await version();
    expect(Number(after)).toBeGreaterThan(Number(before));
    // Who may read it sees that nothing changes.
    expect(await status('administrator', patch(p(0), { alias: 'Zorro' }))).toBe(204);
    expect(await version()).toBe(after);
  });

  test('the row that comes back from a write is the caller’s', async () => {
    await enter(WORLDS[0], true);
    const asked = patch(p(0), { name: 'Mina' }, { prefer: 'return=representation' });
    const shown = await ask('ends', asked);
    expect(shown).toContain('"pin":"••••11"');
    expect(shown).toContain('"pay":null');
    expect(await ask('whole', asked)).toContain('"pin":"AAAAA-11"');
    expect(await ask('blind', asked)).toContain('"pin":null');
    const made = await ask('intake', {
      method: 'POST',
      path: 'patients',
      body: { name: 'New', code: 'c-new' },
      headers: { prefer: 'return=representation' },
    });
    expect(made).toMatch(/^201/);
    expect(made).toContain('"code":null');
  });

  test('what a new row gets anyway counts as left out: its defaults', async () => {
    const make = (body: object) =>
      status('blind', { method: 'POST', path: 'patients', body: { name: 'Sara', ...body } });
    expect(await make({})).toBe(204);
    expect(await make({ level: 3, alias: null })).toBe(204);
    expect(await make({ level: 4 })).toBe(403);
    expect(await make({ level: null })).toBe(403);
    expect(await ask('administrator', { path: "patients?$select=level&$filter=name eq 'Sara'" })).toContain(
      '"level":3',
    );
  });

  test('who is granted a field reads, filters, looks files up as if it were open', async () => {
    await enter(WORLDS[0], true);
    expect(await ask('whole', { path: "patients(pin='AAAAA-11')?$select=pin,pay,alias" })).toContain(
      '"pin":"AAAAA-11","pay":100',
    );
    expect(await ask('whole', { path: `${p(0)}/paper/$value` })).toContain('SECRET-FILE 0');
    expect(await status('blind', { path: `${p(0)}/paper/$value` })).toBe(404);
  });

  test('a mask is what a holder of it filters, sorts and groups by', async () => {
    await enter(WORLDS[0], true);
    const found = await ask('ends', { path: "patients?$select=name&$filter=pin eq '••••22'" });
    expect(found).toContain('Reza');
    expect(found).not.toContain('Mina');
    const groups = await ask('ends', { path: 'patients?$apply=groupby((pin),aggregate($count as n))' });
    expect(groups).toContain('••••11');
  });
});

describe('the history of a record', () => {
  const path = () => `/api/audit/records/patient/${patients[0]}`;

  test('shows changes of what may be read, masks where there are masks, and of the rest not even that there were any', async () => {
    await enter(WORLDS[0], true);
    const change = (body: object) => status('administrator', patch(p(0), body));
    const counted = async (who: string) => {
      const answer = await ask(who, { path: path() });
      const { entries } = JSON.parse(answer.slice(answer.indexOf('\n{'))) as { entries: readonly unknown[] };
      return { answer, count: entries.length };
    };
    const before = [await counted('administrator'), await counted('blind'), await counted('ends')];
    expect(await change({ pin: 'QQQQQ-11' })).toBe(204);
    expect(await change({ pin: 'AAAAA-11', alias: 'Zorro II', pay: 101 })).toBe(204);
    expect(await change({ name: 'Mina B' })).toBe(204);
    const [administrator, blind, ends] = [
      await counted('administrator'),
      await counted('blind'),
      await counted('ends'),
    ];
    for (const said of ['AAAAA-11', 'QQQQQ-11', 'Zorro II', '101', 'Mina B'])
      expect(administrator.answer).toContain(said);
    expect(ends.answer).toContain('••••11');
    for (const { answer } of [blind, ends]) {
      expect(answer).toContain('Mina B');
      for (const said of ['AAAAA', 'QQQQQ', 'Zorro', 'SECRET-FILE', '"pay"', '1990-01-01'])
        expect(answer).not.toContain(said);
    }
    expect(blind.answer).not.toContain('••••');
    const more = [administrator, blind, ends].map(({ count }, index) => count - (before[index]?.count ?? 0));
    expect(more).toEqual([3, 1, 1]);
    expect(await change({ name: 'Mina' })).toBe(204);
    await enter(WORLDS[0], true);
  });
});

describe('what is said of the model', () => {
  test('the app’s metadata, whose ETag carries the field profiles', async () => {
    const of = async (who: string) => {
      const answer = await ask(who, { path: '/api/metadata/entities/patient' });
      const tag = /^etag: (.*)$/m.exec(answer)?.[1] ?? '';
      const { fields } = JSON.parse(answer.slice(answer.indexOf('\n{'))) as {
        fields: Readonly<Record<string, { secured?: object }>>;
      };
      return { tag, fields };
    };
    const [blind, ends, intake, administrator] = await Promise.all(
      ['blind', 'ends', 'intake', 'administrator'].map(of),
    );
    expect(Object.keys(blind?.fields ?? {})).not.toContain('pin');
    expect(Object.keys(blind?.fields ?? {})).toContain('name');
    expect(ends?.fields['pin']?.secured).toEqual({ read: 'masked', create: false, update: true });
    expect(intake?.fields['code']?.secured).toEqual({ read: 'none', create: true, update: false });
    expect(intake?.fields['alias']).toBeUndefined();
    expect(administrator?.fields['pin']?.secured).toBeUndefined();
    expect(new Set([blind, ends, intake, administrator].map((one) => one?.tag)).size).toBe(4);
    const again = { path: '/api/metadata/entities/patient', headers: { 'if-none-match': blind?.tag ?? '' } };
    expect(await status('blind', again)).toBe(304);
    expect(await status('ends', again)).toBe(200);
  });

  test('$metadata, EntityDefinitions and OpenAPI describe what is left to the caller', async () => {
    const properties = async (who: string) => {
      const xml = await ask(who, { path: '$metadata' });
      const type = /<EntityType Name="patient" .*?<\/EntityType>/s.exec(xml)?.[0] ?? '';
      return [...type.matchAll(/Property Name="(\w+)"/g)].map((match) => match[1]);
    };
    expect(await properties('administrator')).toEqual(expect.arrayContaining(['pin', 'pay', 'pay_base', 'doctor']));
    expect(await properties('blind')).toEqual(expect.arrayContaining(['name', 'account']));
    for (const name of ['pin', 'code', 'pay', 'pay_base', 'both', '_doctor_value', 'doctor', 'paper'])
      expect(await properties('blind')).not.toContain(name);
    expect(await properties('ends')).toContain('pin');
    expect(await properties('intake')).toContain('code');

    const attributes = async (who: string) => {
      const path = "EntityDefinitions(LogicalName='patient')/Attributes?$select=LogicalName,IsValidForRead,IsSecured";
      const answer = await ask(who, { path });
      const { value } = JSON.parse(answer.slice(answer.indexOf('\n{'))) as {
        value: readonly Record<string, unknown>[];
      };
      return value;
    };
    expect((await attributes('blind')).map((one) => one['LogicalName'])).not.toContain('pay');
    expect((await attributes('intake')).find((one) => one['LogicalName'] === 'code')).toMatchObject({
      IsValidForRead: false,
      IsSecured: true,
    });

    const schemas = async (who: string) => {
      const answer = await ask(who, { path: '/openapi.json' });
      const document = JSON.parse(answer.slice(answer.indexOf('\n{'))) as {
        components: { schemas: Readonly<Record<string, { properties: object }>> };
      };
      const of = (name: string) => Object.keys(document.components.schemas[name]?.properties ?? {});
      return { read: of('patient'), write: of('patient.write') };
    };
    const [blind, ends, intake] = await Promise.all(['blind', 'ends', 'intake'].map(schemas));
    expect(blind?.read).not.toContain('pin');
    expect(blind?.write).not.toContain('pin');
    expect(ends?.read).toContain('pin');
    expect(intake?.read).not.toContain('code');
    expect(intake?.write).toContain('code');
  });
});
