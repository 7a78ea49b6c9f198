// Checks what documents say about each other: forms, views, charts, dashboards, rules, apps, roles and field profiles that name entities, fields and
// relations.
import { checkRollups } from '../rollups/resolve.ts';
import { checkApps } from './check-apps.ts';
import { checkDashboards } from './check-dashboards.ts';
import { checkDerived } from './check-derived.ts';
import { checkFieldProfiles } from './check-field-profiles.ts';
import { checkForms } from './check-forms.ts';
import { checkRoles } from './check-roles.ts';
import { checkRules } from './check-rules.ts';
import { checkSecured } from './check-secured.ts';
import { checkThrough } from './check-through.ts';
import { checkViews } from './check-views.ts';
import { entityOf } from './document-kind.ts';
import type { Model } from './model.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkDocuments(model: Model, problems: ProblemList): void {
  for (const id of model.documents.keys()) {
    const name = entityOf(id);
    if (name === undefined || model.entities.has(name) || id.endsWith('/entity')) continue;
    const near = suggest(name, model.entities.keys());
    problems.add('ENTITY_UNKNOWN', id, '', `the document belongs to "${name}", which is no entity${near}`);
  }
  checkForms(model, problems);
  checkViews(model, problems);
  checkApps(model, problems);
  checkDashboards(model, problems);
  checkRoles(model, problems);
  checkSecured(model, problems);
  checkDerived(model, problems);
  checkRollups(model, problems);
  checkThrough(model, problems);
  checkFieldProfiles(model, problems);
  checkRules(model, problems);
}
