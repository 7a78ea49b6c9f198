with new as (insert into "org_default"."new_port" ("new_portid", "new_name", "createdon", "modifiedon", "createdby", "modifiedby") select $1::uuid, $2::text, now(), now(), $3::uuid, $3::uuid returning "new_portid", "new_name", "versionnumber"),
audit as (insert into "org_default"."_audit" ("id", "at", "entity", "record", "action", "user_id", "request_id", "changes") select $5::uuid, now(), 'new_port', new."new_portid", 'create', $3::uuid, $4::text, jsonb_build_object('new_name', jsonb_build_array(null, new."new_name")) from new),
outbox as (insert into "org_default"."_outbox" ("message", "entity", "record", "version", "user_id", "request_id", "changed", "payload", "processed_at") select 'create', 'new_port', new."new_portid", new."versionnumber", $3::uuid, $4::text, array['new_name']::text[], null, now() from new)
select new."versionnumber"::text as "version", new."new_portid" as "id" from new
-- $1 :id, $2 new_name, $3 :user, $4 :request, $5 :audit
