select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor
  from (select case when t2."_rank" <= $3::integer then concat(E'{"@odata.etag":"W/\\"', t2."versionnumber", E'\\"","name":', coalesce(to_json(t2."name")::text, 'null'), ',"shipid":', coalesce('"' || t2."shipid" || '"', 'null'), '}') end as j, case when t2."_rank" = $3::integer then json_build_array(t2."_sort0"::text, t2."shipid"::text)::text end as c
  from (select page.*, row_number() over () as "_rank"
  from (select t0.*, t1."name" as "_sort0"
  from "org_default"."ship" t0
  left join "org_default"."port" t1 on t0."homeport" = t1."portid"
  where ("org_default"."_plain_1"(t1."name") = $1::text or "org_default"."_plain_1"(t1."country") = any($2::text[]))
  order by t1."name" collate "org_default"."_order_1" asc nulls first, t0."shipid" asc limit 51) page) t2
  where t2."_rank" <= $3::integer + 1) r
