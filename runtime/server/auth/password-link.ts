// The address that sets a password, as mails and invitations hold it.

/** The secret stands behind the `#`: browsers send that part to no server, so it comes into no log on the way. */
export function passwordLink(origin: string, token: string): string {
  return `${origin}/reset-password#token=${token}`;
}
