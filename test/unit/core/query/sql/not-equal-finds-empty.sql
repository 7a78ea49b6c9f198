select coalesce(string_agg(r.j, ','), '') as rows, count(*)::integer as n, max(r.c) as cursor
  from (select case when t1."_rank" <= $3::integer then concat(E'{"@odata.etag":"W/\\"', t1."versionnumber", E'\\"","name":', coalesce(to_json(t1."name")::text, 'null'), ',"shipid":', coalesce('"' || t1."shipid" || '"', 'null'), '}') end as j, case when t1."_rank" = $3::integer then json_build_array(t1."shipid"::text)::text end as c
  from (select page.*, row_number() over () as "_rank"
  from (select t0.*
  from "org_default"."ship" t0
  where (("org_default"."_plain_1"(t0."name") = $1::text) is not true and (t0."crew" > $2::integer) is not true)
  order by t0."shipid" asc limit 51) page) t1
  where t1."_rank" <= $3::integer + 1) r
