select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor
  from (select case when t5."_rank" <= $2::integer then concat(E'{"@odata.etag":"W/\\"', t5."versionnumber", E'\\"","name":', coalesce(to_json(t5."name")::text, 'null'), ',"shipid":', coalesce('"' || t5."shipid" || '"', 'null'), '}') end as j, case when t5."_rank" = $2::integer then json_build_array(t5."shipid"::text)::text end as c
  from (select page.*, row_number() over () as "_rank"
  from (select t0.*
  from "org_default"."ship" t0
  where (exists (select 1
  from "org_default"."port" t1
  where exists (select 1
  from "org_default"."ship_calls" t2
  where t2."shipid" = t0."shipid" and t2."portid" = t1."portid") and "org_default"."_plain_1"(t1."name") = $1::text) and (not exists (select 1
  from "org_default"."port" t3
  where exists (select 1
  from "org_default"."ship_calls" t4
  where t4."shipid" = t0."shipid" and t4."portid" = t3."portid") and (t3."country" is null) is not true)) is not true)
  order by t0."shipid" asc limit 51) page) t5
  where t5."_rank" <= $2::integer + 1) r
