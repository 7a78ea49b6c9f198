select coalesce(string_agg(case when a.n <= $2::integer then concat('{"kind":', coalesce(a.g0::text, 'null'), ',"homeport":{"name":', coalesce(to_json(a.g1)::text, 'null'), '},"total":', coalesce(a.m0::text, 'null'), ',"n":', coalesce(a.m1::text, 'null'), '}') end, ','
  order by a.n), '') as rows, count(*)::integer as n, max(case when a.n = $2::integer then json_build_array(a.g0::text, a.g1::text)::text end) as cursor
  from (select i.*, row_number() over () as n
  from (select *
  from (select t0."kind" as g0, t1."name" as g1, sum(t0."tonnage") as m0, count(*) as m1
  from "org_default"."ship" t0
  left join "org_default"."port" t1 on t0."homeport" = t1."portid"
  where t0."afloat" = $1::boolean
  group by 1, 2) i
  order by i.g0 asc nulls first, i.g1 collate "org_default"."_order_1" asc nulls first limit 5001) i) a
