// Rows for the crud bench, written straight into the tables: 10,000 accounts, 50,000 contacts, 200,000 opportunities.
import type { Database } from '../../core/db/sql.ts';

export interface Seeded {
  readonly userId: string;
  readonly unitId: string;
  readonly currencyId: string;
  readonly opportunities: readonly string[];
  readonly accounts: readonly string[];
}

const schema = 'org_default';

/** Ids are made of the row's number, so that rows can refer to each other without a look. */
const id = (kind: number, number: string) =>
  `('00000000-0000-7000-800${kind}-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

export async function seed(database: Database): Promise<Seeded> {
  const [facts] = await database.query<{ userId: string; unitId: string; currencyId: string }>(
    `select u.systemuserid as "userId", u.businessunitid as "unitId", c.transactioncurrencyid as "currencyId"
     from ${schema}.systemuser u, ${schema}.transactioncurrency c order by u.createdon desc limit 1`,
  );
  if (!facts) throw new Error('there is no user to own the rows');
  const { userId, unitId, currencyId } = facts;
  const owned = `createdon, createdby, modifiedon, modifiedby, ownerid, ownerid_type, owninguser, owningbusinessunit, statecode, statuscode`;
  const owner = (state: string) =>
    `now() - n * interval '1 minute', '${userId}', now(), '${userId}', '${userId}', 'systemuser', '${userId}', '${unitId}', ${state}`;
  await database.script(`
    insert into ${schema}.account (accountid, name, ${owned})
    select ${id(1, 'n')}, 'Account ' || n, ${owner('0, 1')} from generate_series(1, 10000) n;
    insert into ${schema}.contact (contactid, firstname, lastname, fullname, emailaddress1, ${owned})
    select ${id(2, 'n')}, 'First ' || n, 'Last ' || n, 'First ' || n || ' Last ' || n, 'c' || n || '@example.com', ${owner('0, 1')}
    from generate_series(1, 50000) n;
    insert into ${schema}.opportunity (opportunityid, name, estimatedvalue, estimatedvalue_base, estimatedclosedate, parentaccountid,
      parentcontactid, description, salesstage, opportunityratingcode, transactioncurrencyid, exchangerate, ${owned})
    select ${id(3, 'n')}, 'Opportunity ' || n, v, v, '2027-01-01'::date + n % 300, ${id(1, '1 + n % 10000')}, ${id(2, '1 + n % 50000')},
      'What there is to say about number ' || n, n % 4, 2, '${currencyId}', 1, ${owner('n % 3, 1')}
    from (select n, ((n::bigint * 7919) % 10000000) / 100.0 as v from generate_series(1, 200000) n) one;
  `);
  await database.script('vacuum (analyze)');
  return { ...facts, opportunities: ids(3, 200_000), accounts: ids(1, 10_000) };
}

function ids(kind: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    return `00000000-0000-7000-800${kind}-${(index + 1).toString(16).padStart(12, '0')}`;
  });
}
