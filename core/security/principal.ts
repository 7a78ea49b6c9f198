// Who acts. Made by the server from a session or an API key, by jobs for themselves; nothing runs without one.

export interface Principal {
  /** systemuserid. */
  readonly userId: string;
  readonly businessUnitId: string;
  /** Owner teams and access teams the user belongs to. */
  readonly teamIds: readonly string[];
  /** Ids of role documents (`system-administrator`), the user's own and those of the teams. */
  readonly roles: readonly string[];
  /** In which units each role is held: the user's for a role of one's own, the team's for a team's. Absent: all in `businessUnitId`. */
  readonly held?: readonly HeldRole[];
  /** Ids of field profiles (`pay-clerk`), the user's own and those of the teams. */
  readonly profiles?: readonly string[];
  /** The one who acts in this user's name: nothing is allowed that this one may not do too. */
  readonly within?: Principal;
  /** A plugin reads in this one's name: `require` throws for entities that its plugin.json does not declare. `by` tells such apart. */
  readonly confined?: { readonly by: string; require(entity: string): void };
  /** Whose rows the user sees as a manager. */
  readonly reports?: Reports;
  /** IANA zone, BCP 47 language, calendar: what "this month" means to the caller. */
  readonly timeZone: string;
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
  /** The organization's; absent: calendar years in quarters. */
  readonly fiscalYear?: FiscalYear;
}

/** When the organization's fiscal year begins, in the organization's calendar, and what it is divided into. */
export interface FiscalYear {
  readonly calendar: 'gregory' | 'persian';
  /** 1 to 12. */
  readonly startMonth: number;
  /** 1 to 31; the month's last day where it is shorter. */
  readonly startDay: number;
  /** `four-weeks`: twelve times 28 days, and a thirteenth period with the rest of the year. */
  readonly period: 'year' | 'half-year' | 'quarter' | 'month' | 'four-weeks';
}

export interface HeldRole {
  readonly role: string;
  /** Business unit in which it counts. */
  readonly unit: string;
  /** The unit and all below it. */
  readonly below: readonly string[];
  /** The team it comes from; undefined: the user's own. */
  readonly team?: string;
}

/** Users who report to the principal, with the owner teams they belong to. */
export interface Reports {
  /** One level down. */
  readonly direct: readonly string[];
  /** Further down, as far as the organization's hierarchy depth goes. */
  readonly far: readonly string[];
}

/**
 * Ids that stand for a caller in a condition and are filled in when the statement runs, so that callers of one shape share
 * statements: the user and the teams, those who report to the user, or the units in which the named roles are held.
 */
export type IdSet =
  'owners' | 'direct-reports' | 'far-reports' | { readonly unit: readonly string[]; readonly below: readonly string[] };

/** The ids of `set`, each once. */
export function idsOf(principal: Principal, set: IdSet): readonly string[] {
  if (set === 'owners') return [principal.userId, ...principal.teamIds];
  if (set === 'direct-reports') return principal.reports?.direct ?? [];
  if (set === 'far-reports') return principal.reports?.far ?? [];
  const ids = new Set<string>();
  for (const held of heldRoles(principal)) {
    if (set.unit.includes(held.role)) ids.add(held.unit);
    if (set.below.includes(held.role)) for (const unit of held.below) ids.add(unit);
  }
  return [...ids].filter((id) => id !== '');
}

export function heldRoles(principal: Principal): readonly HeldRole[] {
  const { businessUnitId: unit } = principal;
  return principal.held ?? principal.roles.map((role) => ({ role, unit, below: [unit] }));
}
