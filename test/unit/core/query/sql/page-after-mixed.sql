select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor
  from (select case when t2."_rank" <= $3::integer then concat(E'{"@odata.etag":"W/\\"', t2."versionnumber", E'\\"","name":', coalesce(to_json(t2."name")::text, 'null'), ',"shipid":', coalesce('"' || t2."shipid" || '"', 'null'), '}') end as j, case when t2."_rank" = $3::integer then json_build_array(t2."crew"::text, t2."name"::text, t2."shipid"::text)::text end as c
  from (select page.*, row_number() over () as "_rank"
  from (select *
  from ((select t0.*
  from "org_default"."ship" t0
  where (t0."crew" <= $1::integer and (t0."crew" < $1::integer or (t0."name" is not null or (t0."name" is null and (t0."shipid" >= $2::uuid and t0."shipid" > $2::uuid)))))
  order by t0."crew" desc nulls last, t0."name" collate "org_default"."_order_1" asc nulls first, t0."shipid" asc limit 51) union all (select t0.*
  from "org_default"."ship" t0
  where t0."crew" is null
  order by t0."crew" desc nulls last, t0."name" collate "org_default"."_order_1" asc nulls first, t0."shipid" asc limit 51)) t1
  order by t1."crew" desc nulls last, t1."name" collate "org_default"."_order_1" asc nulls first, t1."shipid" asc limit 51) page) t2
  where t2."_rank" <= $3::integer + 1) r
