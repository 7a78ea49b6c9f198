select concat(E'{"@odata.etag":"W/\\"', t0."versionnumber", E'\\"","name":', coalesce(to_json(t0."name")::text, 'null'), ',"shipid":', coalesce('"' || t0."shipid" || '"', 'null'), '}') as row, t0."versionnumber"::text as version
  from "org_default"."ship" t0
  where t0."callsign" = $1::text
