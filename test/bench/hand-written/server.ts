// What a good engineer would write by hand for the four requests of the crud bench: Hono and postgres.js, prepared statements, JSON
// built in SQL, one statement for a write with its audit and outbox rows. On the same tables, for the same answers; it
// knows only this one entity, checks the key in memory, and leaves out everything not asked of it.
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import postgres from 'postgres';
import { uuidv7 } from '../../../core/db/uuid.ts';

const { DATABASE_URL = '', API_KEY = '', PORT = '0', USER_ID = '', UNIT_ID = '', CURRENCY_ID = '' } = process.env;

const text = { parse: (value: string) => value, serialize: (value: unknown) => String(value) };
const sql = postgres(DATABASE_URL, {
  max: 8,
  onnotice: () => undefined,
  types: { json: { to: 114, from: [114, 3802], ...text }, numeric: { to: 1700, from: [1700], ...text } },
  connection: { search_path: 'org_default', TimeZone: 'UTC' },
});

const columns = (row: string) => `
  '@odata.etag', 'W/"' || ${row}.versionnumber || '"', 'name', ${row}.name, 'estimatedvalue', ${row}.estimatedvalue,
  'statecode', ${row}.statecode, 'createdon', ${row}.createdon, 'description', ${row}.description,
  'opportunityid', ${row}.opportunityid`;
const account = `case when a.accountid is not null then json_build_object(
  '@odata.etag', 'W/"' || a.versionnumber || '"', 'name', a.name, 'accountid', a.accountid) end`;
const contact = `case when c.contactid is not null then json_build_object('@odata.etag', 'W/"' || c.versionnumber || '"',
  'fullname', c.fullname, 'emailaddress1', c.emailaddress1, 'contactid', c.contactid) end`;

const retrieveText = `
  select json_build_object(${columns('o')}, 'parentaccountid', ${account}, 'parentcontactid', ${contact})::text as row, o.versionnumber::text as version
  from opportunity o
  left join account a on a.accountid = o.parentaccountid
  left join contact c on c.contactid = o.parentcontactid
  where o.opportunityid = $1`;

const pageText = `
  select coalesce(string_agg(json_build_object(${columns('o')}, 'parentaccountid', ${account})::text, ',') filter (where n <= 50), '') as rows,
    count(*)::int as n, max(o.createdon::text || ' ' || o.opportunityid) filter (where n = 50) as last
  from (
    select o.*, row_number() over () as n
    from (
      select * from opportunity
      where statecode = 0 and estimatedvalue > $1
      order by createdon desc, opportunityid desc
      limit 51
    ) o
  ) o
  left join account a on a.accountid = o.parentaccountid`;

const createText = `
  with new as (
    insert into opportunity (opportunityid, name, estimatedvalue, estimatedvalue_base, estimatedclosedate, parentaccountid, description,
      salesstage, opportunityratingcode, decisionmaker, statecode, statuscode, createdon, createdby, modifiedon, modifiedby,
      ownerid, ownerid_type, owninguser, owningbusinessunit, transactioncurrencyid, exchangerate)
    select $1, $2, $3, round($3::numeric / cur.exchangerate, 2), $4, $5, $6, 0, 2, false, 0, 1, now(), $7, now(), $7, $7, 'systemuser', $7, $8,
      cur.transactioncurrencyid, cur.exchangerate
    from transactioncurrency cur where cur.transactioncurrencyid = $9
    returning *
  ), audit as (
    insert into _audit (id, at, entity, record, action, user_id, request_id, changes)
    select $10, now(), 'opportunity', new.opportunityid, 'create', $7, $11, jsonb_build_object('name', jsonb_build_array(null, new.name),
      'estimatedvalue', jsonb_build_array(null, new.estimatedvalue), 'estimatedclosedate', jsonb_build_array(null, new.estimatedclosedate),
      'parentaccountid', jsonb_build_array(null, new.parentaccountid), 'description', jsonb_build_array(null, new.description),
      'ownerid', jsonb_build_array(null, new.ownerid), 'statecode', jsonb_build_array(null, new.statecode))
    from new
  ), outbox as (
    insert into _outbox (message, entity, record, version, user_id, request_id, changed, processed_at)
    select 'create', 'opportunity', new.opportunityid, new.versionnumber, $7, $11,
      array['name', 'estimatedvalue', 'estimatedclosedate', 'parentaccountid', 'description', 'ownerid', 'statecode'], now()
    from new
  )
  select versionnumber::text as version from new`;

const updateText = `
  with old as (
    select opportunityid, description from opportunity where opportunityid = $1 for update
  ), new as (
    update opportunity o set description = $2, modifiedon = now(), modifiedby = $3, versionnumber = nextval('_version')
    from old where o.opportunityid = old.opportunityid
    returning o.opportunityid, o.versionnumber, old.description as before, o.description as after
  ), audit as (
    insert into _audit (id, at, entity, record, action, user_id, request_id, changes)
    select $4, now(), 'opportunity', opportunityid, 'update', $3, $5, jsonb_build_object('description', jsonb_build_array(before, after)) from new
  ), outbox as (
    insert into _outbox (message, entity, record, version, user_id, request_id, changed, processed_at)
    select 'update', 'opportunity', opportunityid, versionnumber, $3, $5, array['description'], now() from new
  )
  select versionnumber::text as version from new`;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const json = { 'Content-Type': 'application/json; odata.metadata=minimal', 'OData-Version': '4.0' };
const authorization = `Bearer ${API_KEY}`;
let requests = 0;

const app = new Hono();
app.use(async (context, next) => {
  if (context.req.header('authorization') !== authorization)
    return context.json({ error: { code: 'UNAUTHORIZED' } }, 401);
  return next();
});

app.get('/opportunities/:id', async (context) => {
  const id = context.req.param('id');
  if (!uuid.test(id)) return context.json({ error: { code: 'ID' } }, 400);
  const [row] = await sql.unsafe<{ row: string; version: string }[]>(retrieveText, [id], { prepare: true });
  if (!row) return context.json({ error: { code: 'NOT_FOUND' } }, 404);
  return context.body(row.row, 200, { ...json, ETag: `W/"${row.version}"` });
});

app.get('/opportunities', async (context) => {
  const least = context.req.query('least') ?? '';
  if (!/^\d+(\.\d+)?$/.test(least)) return context.json({ error: { code: 'FILTER' } }, 400);
  const [page] = await sql.unsafe<{ rows: string; n: number; last: string }[]>(pageText, [least], { prepare: true });
  const next = page && page.n > 50 ? `,"@odata.nextLink":"?after=${encodeURIComponent(page.last)}"` : '';
  return context.body(`{"value":[${page?.rows ?? ''}]${next}}`, 200, json);
});

interface Body {
  readonly name?: unknown;
  readonly estimatedvalue?: unknown;
  readonly estimatedclosedate?: unknown;
  readonly parentaccountid?: unknown;
  readonly description?: unknown;
}

function invalid(body: Body): string[] {
  const wrong: string[] = [];
  if (typeof body.name !== 'string' || body.name.length > 300) wrong.push('name');
  if (typeof body.estimatedvalue !== 'number' || body.estimatedvalue < 0) wrong.push('estimatedvalue');
  if (typeof body.estimatedclosedate !== 'string' || Number.isNaN(Date.parse(body.estimatedclosedate)))
    wrong.push('estimatedclosedate');
  if (typeof body.parentaccountid !== 'string' || !uuid.test(body.parentaccountid)) wrong.push('parentaccountid');
  if (typeof body.description !== 'string' || body.description.length > 2000) wrong.push('description');
  return wrong;
}

app.post('/opportunities', async (context) => {
  const body = await context.req.json<Body>();
  const details = invalid(body);
  if (details.length > 0) return context.json({ error: { code: 'INVALID', details } }, 400);
  const id = uuidv7();
  const values = [
    id,
    body.name,
    String(body.estimatedvalue),
    body.estimatedclosedate,
    body.parentaccountid,
    body.description,
  ];
  const parameters = [...values, USER_ID, UNIT_ID, CURRENCY_ID, uuidv7(), `hand-${requests++}`] as string[];
  const [row] = await sql.unsafe<{ version: string }[]>(createText, parameters, { prepare: true });
  return context.body(null, 204, { 'OData-EntityId': `/opportunities(${id})`, ETag: `W/"${row?.version}"` });
});

app.patch('/opportunities/:id', async (context) => {
  const id = context.req.param('id');
  const { description } = await context.req.json<Body>();
  if (!uuid.test(id) || typeof description !== 'string' || description.length > 2000) {
    return context.json({ error: { code: 'INVALID' } }, 400);
  }
  const parameters = [id, description, USER_ID, uuidv7(), `hand-${requests++}`];
  const [row] = await sql.unsafe<{ version: string }[]>(updateText, parameters, { prepare: true });
  if (!row) return context.json({ error: { code: 'NOT_FOUND' } }, 404);
  return context.body(null, 204, { ETag: `W/"${row.version}"` });
});

serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' }, ({ port }) => {
  process.stdout.write(`ready http://127.0.0.1:${port}\n`);
});
