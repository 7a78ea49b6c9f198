// The addresses of administration (/api/admin/…), in one table. Each asks for a right before anything else: `manage-users`, and
// `customize` where it is about views.
import { requireRight } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { makeUser, showOpenSessions, showTeams, showUnits, showUser, showUserRights, showUsers } from './directory.ts';
import {
  changeProfile,
  changeRole,
  deleteProfile,
  deleteRole,
  markField,
  revertProfile,
  revertRole,
  showProfile,
  showProfiles,
  showRole,
  showRoles,
  tryRole,
} from './documents.ts';
import { showEntities, showEntityFields } from './entities.ts';
import { showViewAdvice, showViews, takeBackViewIndex, tryView } from './views.ts';

export type AdminAnswer = (
  services: Services,
  exchange: Exchange,
  principal: Principal,
) => Response | Promise<Response>;

const managed =
  (answer: AdminAnswer): AdminAnswer =>
  (services, exchange, principal) => {
    requireRight(principal, services.organization.current().model, 'manage-users');
    return answer(services, exchange, principal);
  };

/** Address → method → answer. */
export const adminRoutes: Readonly<Record<string, Readonly<Record<string, AdminAnswer>>>> = {
  '/api/admin/users': { GET: managed(showUsers), POST: managed(makeUser) },
  '/api/admin/users/:id': { GET: managed(showUser) },
  '/api/admin/users/:id/rights': { GET: managed(showUserRights) },
  '/api/admin/teams': { GET: managed(showTeams) },
  '/api/admin/units': { GET: managed(showUnits) },
  '/api/admin/sessions': { GET: managed(showOpenSessions) },
  '/api/admin/entities': { GET: managed(showEntities) },
  '/api/admin/entities/:name/fields': { GET: managed(showEntityFields) },
  '/api/admin/entities/:name/fields/:field': { PUT: managed(markField) },
  '/api/admin/roles': { GET: managed(showRoles) },
  '/api/admin/roles/:id': { GET: managed(showRole), PUT: managed(changeRole), DELETE: managed(deleteRole) },
  '/api/admin/roles/:id/overlay': { DELETE: managed(revertRole) },
  '/api/admin/roles/:id/try': { POST: managed(tryRole) },
  '/api/admin/profiles': { GET: managed(showProfiles) },
  '/api/admin/profiles/:id': { GET: managed(showProfile), PUT: managed(changeProfile), DELETE: managed(deleteProfile) },
  '/api/admin/profiles/:id/overlay': { DELETE: managed(revertProfile) },
  '/api/admin/views': { GET: showViews },
  '/api/admin/views/indexes/:name': { DELETE: takeBackViewIndex },
  '/api/admin/views/:entity/:view': { GET: showViewAdvice },
  '/api/admin/views/:entity/:view/index': { POST: tryView },
};
