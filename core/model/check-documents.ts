// Checks what documents say about each other: forms, views, apps and roles that name entities, fields and relations.
import { checkApps } from './check-apps.ts';
import { checkForms } from './check-forms.ts';
import { checkRoles } from './check-roles.ts';
import { checkViews } from './check-views.ts';
import type { Model } from './model.ts';
import type { ProblemList } from './problem-list.ts';

export function checkDocuments(model: Model, problems: ProblemList): void {
  checkForms(model, problems);
  checkViews(model, problems);
  checkApps(model, problems);
  checkRoles(model, problems);
}
