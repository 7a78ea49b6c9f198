select concat(E'{"@odata.etag":"W/\\"', t0."versionnumber", E'\\"","kind":', coalesce(t0."kind"::text, 'null'), (',"kind@OData.Community.Display.V1.FormattedValue":' || to_json(case t0."kind" when 1 then 'Tug' when 2 then E'Captain''s \\ "gig"' end)::text), ',"_keeper_value":', coalesce('"' || t0."keeper" || '"', 'null'), (',"_keeper_value@OData.Community.Display.V1.FormattedValue":' || to_json(case t0."keeper_type" when 'account' then (select t1."name"::text
  from "org_default"."account" t1
  where t1."accountid" = t0."keeper") when 'contact' then (select t2."fullname"::text
  from "org_default"."contact" t2
  where t2."contactid" = t0."keeper") end)::text), case t0."keeper_type" when 'account' then ',"_keeper_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account","_keeper_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"keeper_account"' when 'contact' then ',"_keeper_value@Microsoft.Dynamics.CRM.lookuplogicalname":"contact","_keeper_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"keeper_contact"' end, ',"_homeport_value":', coalesce('"' || t0."homeport" || '"', 'null'), (',"_homeport_value@OData.Community.Display.V1.FormattedValue":' || to_json((select t3."name"::text
  from "org_default"."port" t3
  where t3."portid" = t0."homeport"))::text), case when t0."homeport" is not null then ',"_homeport_value@Microsoft.Dynamics.CRM.lookuplogicalname":"port","_homeport_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"homeport"' end, ',"shipid":', coalesce('"' || t0."shipid" || '"', 'null'), '}') as row, t0."versionnumber"::text as version
  from "org_default"."ship" t0
  where t0."shipid" = $1::uuid
