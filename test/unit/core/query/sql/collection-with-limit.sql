select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor
  from (select case when t1."_rank" <= $1::integer then concat(E'{"@odata.etag":"W/\\"', t1."versionnumber", E'\\"","name":', coalesce(to_json(t1."name")::text, 'null'), ',"shipid":', coalesce('"' || t1."shipid" || '"', 'null'), ',"ship_calls":', (select concat('[', string_agg(t5.j, ','), ']')
  from (select concat(E'{"@odata.etag":"W/\\"', t4."versionnumber", E'\\"","name":', coalesce(to_json(t4."name")::text, 'null'), ',"portid":', coalesce('"' || t4."portid" || '"', 'null'), '}') as j
  from (select t2.*
  from "org_default"."port" t2
  where exists (select 1
  from "org_default"."ship_calls" t3
  where t3."shipid" = t1."shipid" and t3."portid" = t2."portid") and t2."country" is not null
  order by t2."name" collate "org_default"."_order_1" asc nulls first, t2."portid" asc limit 3) t4) t5), '}') end as j, case when t1."_rank" = $1::integer then json_build_array(t1."shipid"::text)::text end as c
  from (select page.*, row_number() over () as "_rank"
  from (select t0.*
  from "org_default"."ship" t0
  order by t0."shipid" asc limit 51) page) t1
  where t1."_rank" <= $1::integer + 1) r
