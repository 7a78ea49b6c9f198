select count(*)::text as total
  from "org_default"."ship" t0
  where t0."crew" = any($1::integer[])
