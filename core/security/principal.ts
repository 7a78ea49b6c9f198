// Who acts. Made by the server from a session or an API key, by jobs for themselves; nothing runs without one.

export interface Principal {
  /** systemuserid. */
  readonly userId: string;
  readonly businessUnitId: string;
  readonly teamIds: readonly string[];
  /** Ids of role documents (`system-administrator`). */
  readonly roles: readonly string[];
  /** IANA zone, BCP 47 language, calendar: what "this month" means to the caller. */
  readonly timeZone: string;
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
}
