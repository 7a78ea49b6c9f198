select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor, (select count(*)
  from "org_default"."ship" t0
  where (t0."kind" = $1::integer and "org_default"."_plain_1"(t0."name") like $2::text))::text as total
  from (select case when t1."_rank" <= $3::integer then concat(E'{"@odata.etag":"W/\\"', t1."versionnumber", E'\\"","name":', coalesce(to_json(t1."name")::text, 'null'), ',"shipid":', coalesce('"' || t1."shipid" || '"', 'null'), ',"homeport":', coalesce((select concat(E'{"@odata.etag":"W/\\"', t2."versionnumber", E'\\"","name":', coalesce(to_json(t2."name")::text, 'null'), ',"portid":', coalesce('"' || t2."portid" || '"', 'null'), '}')
  from "org_default"."port" t2
  where t1."homeport" = t2."portid"), 'null'), '}') end as j, case when t1."_rank" = $3::integer then json_build_array(to_json(t1."createdon" at time zone 'UTC'), t1."shipid"::text)::text end as c
  from (select page.*, row_number() over () as "_rank"
  from (select t0.*
  from "org_default"."ship" t0
  where (t0."kind" = $1::integer and "org_default"."_plain_1"(t0."name") like $2::text)
  order by t0."createdon" desc, t0."shipid" desc limit 51) page) t1
  where t1."_rank" <= $3::integer + 1) r
