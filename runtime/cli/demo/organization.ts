// The demo organization as plain records in the order they can be created: people, companies in two languages, their
// contacts, leads, opportunities, activities and notes. Same seed, same organization; dates are counted from `today`.
import { ROOT_UNIT_ID } from '../../../core/security/system-principal.ts';
import { demoCatalog, type DemoCurrency } from './catalog.ts';
import { seededRandom, type Random } from './random.ts';
import type { DemoRecord, DemoTarget } from './record.ts';
import { english, persian, type Words } from './words.ts';

export interface DemoSize {
  readonly accounts: number;
  readonly contacts: number;
  readonly leads: number;
  readonly opportunities: number;
  readonly activities: number;
  readonly notes: number;
}

export interface DemoOptions {
  readonly size?: DemoSize;
  readonly seed?: number;
  /** systemuserid of whoever will look at it: a part of the records is theirs. */
  readonly administrator?: string;
  /** Currencies that are there; without any there is no catalog. */
  readonly currencies?: readonly DemoCurrency[];
}

export const demoSize: DemoSize = {
  accounts: 300,
  contacts: 1_000,
  leads: 120,
  opportunities: 420,
  activities: 1_400,
  notes: 200,
};

interface Company {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly words: Words;
  readonly owner: string;
}

interface Person {
  readonly id: string;
  readonly company: Company;
}

/** What an activity can be about. */
interface Subject {
  readonly entity: 'account' | 'contact' | 'opportunity';
  readonly id: string;
  readonly company: Company;
}

const day = 86_400_000;

/** An instant `days` from today within office hours, as the wire wants it. */
function instant(today: Date, days: number, random: Random): string {
  const moment = new Date(today.getTime() + days * day);
  moment.setUTCHours(random.between(6, 13), random.pick([0, 15, 30, 45]), 0, 0);
  return moment.toISOString().replace('.000Z', 'Z');
}

function date(today: Date, days: number): string {
  return new Date(today.getTime() + days * day).toISOString().slice(0, 10);
}

function money(random: Random, low: number, high: number): number {
  return Math.round((low + random.fraction() ** 3 * (high - low)) / 50) * 50;
}

function phone(random: Random, words: Words): string {
  return words === persian
    ? `+98 ${random.pick(['21', '31', '71', '51', '41'])} ${random.between(2_000, 8_999)} ${random.between(1_000, 9_999)}`
    : `+44 ${random.pick(['117', '113', '161', '141', '121'])} 496 0${random.between(100, 999)}`;
}

function personName(random: Random, words: Words): { firstname: string; lastname: string; gendercode: number } {
  const female = random.chance(0.5);
  return {
    firstname: random.pick(female ? words.female : words.male),
    lastname: random.pick(words.surnames),
    gendercode: female ? 2 : 1,
  };
}

interface Staff {
  readonly records: readonly DemoRecord[];
  /** Who sells to companies that speak this language. */
  readonly sellers: ReadonlyMap<Words, readonly string[]>;
}

/** Two sales units, each with a manager and three sellers, and a team that works for both. */
function makeStaff(random: Random): Staff {
  const units: DemoRecord[] = [];
  const users: DemoRecord[] = [];
  const links: DemoRecord[] = [];
  const sellers = new Map<Words, readonly string[]>();
  const link = (entity: string, id: string, relation: string, to: DemoTarget): void => {
    links.push({ entity, id, values: {}, link: { relation, to } });
  };
  for (const [words, name] of [
    [english, 'Sales Europe'],
    [persian, 'فروش ایران'],
  ] as const) {
    const unit = random.uuid();
    units.push({ entity: 'businessunit', id: unit, values: { name, parentbusinessunitid: ROOT_UNIT_ID } });
    const people: string[] = [];
    for (let index = 0; index < 4; index++) {
      const { firstname, lastname } = personName(random, words);
      const id = random.uuid();
      const manager = people[0];
      users.push({
        entity: 'systemuser',
        id,
        values: {
          firstname,
          lastname,
          internalemailaddress: `sales${users.length + 1}@demo.example`,
          businessunitid: unit,
          uilanguage: words === persian ? 'fa' : 'en',
          ...(manager !== undefined && { parentsystemuserid: manager }),
        },
      });
      const role = manager === undefined ? 'sales-manager' : 'salesperson';
      link('systemuser', id, 'systemuserroles_association', { role });
      people.push(id);
    }
    sellers.set(words, people);
  }
  const team = random.uuid();
  const keyAccounts: DemoRecord = {
    entity: 'team',
    id: team,
    values: { name: 'Key accounts', teamtype: 0, businessunitid: ROOT_UNIT_ID },
  };
  for (const people of sellers.values()) {
    link('team', team, 'teammembership_association', { id: people[1] ?? '' });
  }
  return { records: [...units, ...users, keyAccounts, ...links], sellers };
}

function companyNames(random: Random, words: Words, count: number): string[] {
  const names = words.patterns.flatMap((pattern) => words.companies.map((word) => pattern.replace('{}', word)));
  for (let last = names.length - 1; last > 0; last--) {
    const other = random.between(0, last);
    [names[last], names[other]] = [names[other] ?? '', names[last] ?? ''];
  }
  return names.slice(0, count);
}

function makeCompanies(
  random: Random,
  ownersOf: (words: Words) => readonly string[],
  count: number,
): [Company[], DemoRecord[]] {
  const names = {
    english: companyNames(random, english, Math.ceil(count / 2)),
    persian: companyNames(random, persian, Math.floor(count / 2)),
  };
  const companies: Company[] = [];
  const records: DemoRecord[] = [];
  for (let index = 0; index < count; index++) {
    const words = index % 2 === 0 ? english : persian;
    const name = (words === english ? names.english : names.persian)[Math.floor(index / 2)] ?? '';
    const latin = words === english ? name.toLowerCase().replace(/[^a-z]+/g, '') : `sherkat${index}`;
    const company = { id: random.uuid(), name, domain: `${latin}.example`, words, owner: random.pick(ownersOf(words)) };
    const [city, region] = random.pick(words.cities);
    // One company in eight belongs to an earlier one that speaks its language.
    const parents = companies.filter((other) => other.words === words && index > 20);
    const parent = parents.length > 0 && random.chance(0.125) ? random.pick(parents) : undefined;
    records.push({
      entity: 'account',
      id: company.id,
      values: {
        name,
        telephone1: phone(random, words),
        emailaddress1: `info@${company.domain}`,
        websiteurl: `https://www.${company.domain}`,
        customertypecode: 8,
        industrycode: random.between(1, 33),
        numberofemployees: random.between(4, 2_400),
        revenue: money(random, 100_000, 60_000_000),
        address1_line1:
          words === english
            ? `${random.between(1, 190)} ${random.pick(words.streets)}`
            : `${random.pick(words.streets)}، پلاک ${random.between(1, 190)}`,
        address1_city: city,
        address1_stateorprovince: region,
        address1_country: words.country,
        ...(parent ? { parentaccountid: parent.id } : {}),
        ownerid: company.owner,
      },
      targets: { ownerid: 'systemuser' },
    });
    companies.push(company);
  }
  return [companies, records];
}

function makeContacts(
  random: Random,
  companies: readonly Company[],
  today: Date,
  count: number,
): [Person[], DemoRecord[]] {
  const people: Person[] = [];
  const records = Array.from({ length: count }, (_, index): DemoRecord => {
    const company = companies[index] ?? random.pick(companies);
    const id = random.uuid();
    people.push({ id, company });
    return {
      entity: 'contact',
      id,
      values: {
        ...personName(random, company.words),
        jobtitle: random.pick(company.words.jobs),
        emailaddress1: `contact${index + 1}@${company.domain}`,
        telephone1: phone(random, company.words),
        birthdate: date(today, -random.between(8_000, 22_000)),
        parentcustomerid: company.id,
        address1_city: random.pick(company.words.cities)[0],
        address1_country: company.words.country,
        ownerid: company.owner,
      },
      targets: { parentcustomerid: 'account', ownerid: 'systemuser' },
    };
  });
  return [people, records];
}

function makeLeads(random: Random, ownersOf: (words: Words) => readonly string[], count: number): DemoRecord[] {
  return Array.from({ length: count }, (_, index): DemoRecord => {
    const words = random.chance(0.5) ? english : persian;
    const { firstname, lastname } = personName(random, words);
    return {
      entity: 'lead',
      id: random.uuid(),
      values: {
        subject: random.pick(words.needs),
        firstname,
        lastname,
        companyname: random.pick(words.patterns).replace('{}', random.pick(words.companies)),
        emailaddress1: `lead${index + 1}@mail.example`,
        telephone1: phone(random, words),
        leadqualitycode: random.between(1, 3),
        leadsourcecode: random.between(1, 10),
        // One in six turned out to be nothing.
        ...(index % 6 === 5 && {
          statecode: 2,
          statuscode: random.between(4, 7),
          qualificationcomments: words.refusal,
        }),
        ownerid: random.pick(ownersOf(words)),
      },
      targets: { ownerid: 'systemuser' },
    };
  });
}

/** What a salesperson thinks of an open deal, by its stage: pipeline, best case, committed. */
const outlook = [100_000_001, 100_000_001, 100_000_002, 100_000_003];

interface Deals {
  readonly subjects: readonly Subject[];
  readonly records: readonly DemoRecord[];
}

/**
 * Deals with their way through the sales stages: made when they were opened, moved on one after the other, and closed. Some were leads
 * once; those lost to somebody say to whom; on some others somebody competes, or a colleague helps.
 */
function makeOpportunities(
  random: Random,
  people: readonly Person[],
  leads: readonly DemoRecord[],
  competitors: ReadonlyMap<Words, readonly string[]>,
  sellers: ReadonlyMap<Words, readonly string[]>,
  today: Date,
  count: number,
): Deals {
  const subjects: Subject[] = [];
  const made: DemoRecord[] = [];
  const moved: DemoRecord[][] = [[], [], []];
  const ending: DemoRecord[] = [];
  const closed: DemoRecord[] = [];
  const qualified: DemoRecord[] = [];
  const stakeholders: DemoRecord[] = [];
  const around: DemoRecord[] = [];
  for (let index = 0; index < count; index++) {
    const person = random.pick(people);
    const { id: contact, company } = person;
    const estimate = money(random, 800, 180_000);
    const opened = -random.between(20, 360);
    const fate = random.fraction();
    const stage = fate < 0.5 ? random.between(0, 3) : fate < 0.78 ? 3 : random.between(0, 3);
    const ends = Math.min(-1, opened + random.between(20, 150));
    const id = random.uuid();
    // One deal in ten was a lead of the same language.
    const lead = index % 10 === 0 ? leads[index / 10] : undefined;
    subjects.push({ entity: 'opportunity', id, company });
    made.push({
      entity: 'opportunity',
      id,
      at: instant(today, opened, random),
      values: {
        name: `${random.pick(company.words.needs)} – ${company.name}`,
        customerid: company.id,
        parentaccountid: company.id,
        parentcontactid: contact,
        estimatedvalue: estimate,
        estimatedclosedate: date(today, fate < 0.5 ? random.between(-10, 160) : ends),
        ...(lead && { originatingleadid: lead.id }),
        ownerid: company.owner,
      },
      targets: { customerid: 'account', ownerid: 'systemuser' },
    });
    around.push(...aroundDeal(random, id, index, company, competitors, sellers));
    const last = fate < 0.5 ? 0 : ends;
    for (let next = 1; next <= stage; next++) {
      const at = instant(today, Math.round(opened + ((last - opened) * next) / (stage + 1)), random);
      const values = { salesstage: next, ...(fate < 0.5 && { msdyn_forecastcategory: outlook[next] }) };
      moved[next - 1]?.push({ entity: 'opportunity', id, at, values, update: true });
    }
    if (fate >= 0.5) {
      const isWon = fate < 0.78;
      const rival = random.pick(competitors.get(company.words) ?? []);
      const isOutsold = !isWon && random.chance(0.6);
      if (isOutsold) {
        const values = {
          subject: company.name,
          opportunityid: id,
          regardingobjectid: id,
          competitorid: rival,
          ownerid: company.owner,
        };
        const targets = { regardingobjectid: 'opportunity', ownerid: 'systemuser' };
        ending.push({ entity: 'opportunityclose', id: random.uuid(), values, targets });
      }
      const values = {
        statecode: isWon ? 1 : 2,
        statuscode: isWon ? 3 : isOutsold ? 5 : 4,
        actualclosedate: date(today, ends),
        ...(isWon && { actualvalue: Math.round(estimate * random.pick([0.9, 0.95, 1, 1, 1.1])) }),
      };
      closed.push({ entity: 'opportunity', id, at: instant(today, ends, random), values, update: true });
    } else if (index % 4 === 0) {
      const colleague = people.find((other) => other.company === company && other !== person);
      for (const [who, buyingrole] of [
        [person, 1],
        [colleague, random.between(2, 6)],
      ] as const) {
        if (!who) continue;
        const values = {
          opportunityid: id,
          contactid: who.id,
          buyingrole,
          attitude: random.between(1, 3),
          influence: random.between(1, 5),
        };
        stakeholders.push({ entity: 'opportunitystakeholder', id: random.uuid(), values });
      }
    }
    if (lead) {
      const values = {
        statecode: 1,
        parentaccountid: company.id,
        parentcontactid: contact,
        qualifyingopportunityid: id,
      };
      qualified.push({ entity: 'lead', id: lead.id, values, update: true });
    }
  }
  return {
    subjects,
    records: [...made, ...around, ...moved.flat(), ...ending, ...closed, ...qualified, ...stakeholders],
  };
}

/** On every third deal somebody competes, on every fifth a colleague of its owner helps. */
function aroundDeal(
  random: Random,
  id: string,
  index: number,
  { words, owner }: Company,
  competitors: ReadonlyMap<Words, readonly string[]>,
  sellers: ReadonlyMap<Words, readonly string[]>,
): readonly DemoRecord[] {
  const nth = (ids: readonly string[] = [], at: number): string | undefined =>
    ids[Math.floor(at) % Math.max(1, ids.length)];
  const rival = index % 3 === 0 ? nth(competitors.get(words), index / 3) : undefined;
  const helper =
    index % 5 === 0
      ? nth(
          sellers.get(words)?.filter((seller) => seller !== owner),
          index / 5,
        )
      : undefined;
  const records: DemoRecord[] = [];
  if (rival !== undefined) {
    const link = { relation: 'opportunitycompetitors_association', to: { id: rival } };
    records.push({ entity: 'opportunity', id, values: {}, link });
  }
  if (helper !== undefined) {
    const values = { opportunityid: id, systemuserid: helper, teamrole: (index % 3) + 1, access: 2 };
    records.push({ entity: 'opportunityteammember', id: random.uuid(), values });
  }
  return records;
}

/** Who else sells to companies that speak a language, and what one knows of them. */
function makeCompetitors(random: Random): [ReadonlyMap<Words, readonly string[]>, DemoRecord[]] {
  const ids = new Map<Words, readonly string[]>();
  const records: DemoRecord[] = [];
  for (const words of [english, persian]) {
    const rivals = words.rivals.map(([name, strengths, weaknesses]): DemoRecord => ({
      entity: 'competitor',
      id: random.uuid(),
      values: { name, strengths, weaknesses },
    }));
    ids.set(
      words,
      rivals.map(({ id }) => id),
    );
    records.push(...rivals);
  }
  return [ids, records];
}

/** This quarter's revenue to win: of each unit's manager, made up of what each of their sellers is to win. */
function makeGoals(random: Random, sellers: ReadonlyMap<Words, readonly string[]>, today: Date): DemoRecord[] {
  const metric = random.uuid();
  const quarter = Math.floor(today.getUTCMonth() / 3);
  const [first, last] = [
    Date.UTC(today.getUTCFullYear(), quarter * 3, 1),
    Date.UTC(today.getUTCFullYear(), quarter * 3 + 3, 0),
  ];
  const period = { goalstartdate: date(new Date(first), 0), goalenddate: date(new Date(last), 0), metricid: metric };
  const targets = { goalownerid: 'systemuser' };
  const records: DemoRecord[] = [
    {
      entity: 'metric',
      id: metric,
      values: {
        name: 'Won revenue',
        actualfield: 'actualvalue_base',
        actualdatefield: 'actualclosedate',
        actualstate: 1,
        inprogressfield: 'estimatedvalue_base',
        inprogressdatefield: 'estimatedclosedate',
        inprogressstate: 0,
      },
    },
  ];
  for (const [words, [manager = '', ...others]] of sellers) {
    const whole = random.uuid();
    const title = words.quota;
    const target = others.length * 90_000;
    records.push({
      entity: 'goal',
      id: whole,
      values: { ...period, title, goalownerid: manager, targetdecimal: target, rolluponlyfromchildgoals: true },
      targets,
    });
    for (const seller of others) {
      const values = {
        ...period,
        title,
        goalownerid: seller,
        parentgoalid: whole,
        targetdecimal: random.between(6, 12) * 10_000,
      };
      records.push({ entity: 'goal', id: random.uuid(), values, targets });
    }
  }
  return records;
}

/** Two territories, each with who sells in it. */
function makeTerritories(random: Random, sellers: ReadonlyMap<Words, readonly string[]>): DemoRecord[] {
  const records: DemoRecord[] = [];
  for (const [words, people] of sellers) {
    const id = random.uuid();
    records.push({ entity: 'territory', id, values: { name: words.territory, managerid: people[0] } });
    for (const person of people)
      records.push({ entity: 'systemuser', id: person, values: { territoryid: id }, update: true });
  }
  return records;
}

function makeActivities(random: Random, subjects: readonly Subject[], today: Date, count: number): DemoRecord[] {
  return Array.from({ length: count }, (): DemoRecord => {
    const { entity: about, id: aboutId, company } = random.pick(subjects);
    const days = random.between(-180, 45);
    const done = days < 0 && random.chance(0.85);
    const common = {
      regardingobjectid: aboutId,
      ownerid: company.owner,
    };
    const targets = { regardingobjectid: about, ownerid: 'systemuser' };
    const id = random.uuid();
    const scheduledend = instant(today, days, random);
    const kind = random.fraction();
    if (kind < 0.4) {
      const values = { ...common, subject: random.pick(company.words.tasks), scheduledend };
      return {
        entity: 'task',
        id,
        values: { ...values, prioritycode: random.between(0, 2), ...(done ? { statecode: 1 } : {}) },
        targets,
      };
    }
    if (kind < 0.65) {
      const values = {
        ...common,
        subject: random.pick(company.words.calls),
        scheduledend,
        phonenumber: phone(random, company.words),
      };
      return {
        entity: 'phonecall',
        id,
        values: { ...values, directioncode: random.chance(0.6), ...(done ? { statecode: 1 } : {}) },
        targets,
      };
    }
    if (kind < 0.85) {
      const end = new Date(Date.parse(scheduledend) + 3_600_000).toISOString().replace('.000Z', 'Z');
      const place = random.pick(company.words.cities)[0];
      const values = {
        ...common,
        subject: random.pick(company.words.meetings),
        scheduledstart: scheduledend,
        scheduledend: end,
      };
      return {
        entity: 'appointment',
        id,
        values: { ...values, location: place, ...(done ? { statecode: 1 } : {}) },
        targets,
      };
    }
    return {
      entity: 'email',
      id,
      values: { ...common, subject: random.pick(company.words.mails), scheduledend, ...(done ? { statecode: 1 } : {}) },
      targets,
    };
  });
}

function makeNotes(random: Random, companies: readonly Company[], count: number): DemoRecord[] {
  return Array.from({ length: count }, (): DemoRecord => {
    const company = random.pick(companies);
    return {
      entity: 'annotation',
      id: random.uuid(),
      values: {
        subject: company.name,
        notetext: random.pick(company.words.notes),
        objectid: company.id,
        ownerid: company.owner,
      },
      targets: { objectid: 'account', ownerid: 'systemuser' },
    };
  });
}

/** All records of the demo organization; a record names only records before it. */
export function demoOrganization(today: Date, options: DemoOptions = {}): readonly DemoRecord[] {
  const { size = demoSize, seed = 1_404, administrator, currencies = [] } = options;
  const random = seededRandom(seed);
  const { records: staff, sellers } = makeStaff(random);
  // Whoever looks at the demo finds work of their own in it.
  const own = administrator === undefined ? [] : [administrator];
  const ownersOf = (words: Words): readonly string[] => [...own, ...(sellers.get(words) ?? [])];
  const [companies, accounts] = makeCompanies(random, ownersOf, size.accounts);
  const [people, contacts] = makeContacts(random, companies, today, size.contacts);
  const leads = makeLeads(random, ownersOf, size.leads);
  const [competitors, rivals] = makeCompetitors(random);
  const open = leads.filter(({ values }) => values['statecode'] === undefined);
  const deals = makeOpportunities(random, people, open, competitors, sellers, today, size.opportunities);
  const subjects: readonly Subject[] = [
    ...companies.map((company): Subject => ({ entity: 'account', id: company.id, company })),
    ...people.slice(0, companies.length).map(({ id, company }): Subject => ({ entity: 'contact', id, company })),
    ...deals.subjects,
  ];
  return [
    ...staff,
    ...accounts,
    ...contacts,
    // The first contact of each company is the one to call.
    ...companies.flatMap((company, index): DemoRecord[] => {
      const contact = people[index];
      if (contact?.company !== company) return [];
      return [{ entity: 'account', id: company.id, values: { primarycontactid: contact.id }, update: true }];
    }),
    ...leads,
    ...rivals,
    ...makeTerritories(random, sellers),
    ...deals.records,
    ...makeGoals(random, sellers, today),
    ...makeActivities(random, subjects, today, size.activities),
    ...makeNotes(random, companies, size.notes),
    // Of a seed of its own, so that the rest stays as it is.
    ...demoCatalog(
      seededRandom(seed + 1),
      currencies,
      companies.map(({ id }) => id),
      today,
    ),
  ];
}
