// A forgotten password (a link by mail, used once) and a changed one.
import { announceAuthChange } from '../../../core/security/sign-in/auth-tables.ts';
import { createPasswordLink, redeemPasswordLink } from '../../../core/security/sign-in/password-links.ts';
import { readPerson } from '../../../core/security/sign-in/person.ts';
import { findIdentity, hasPassword } from '../../../core/security/sign-in/users.ts';
import type { Violation } from '../../../core/sdk/index.ts';
import { answerText } from '../answer.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { resetMail } from '../mail/messages.ts';
import { attempt } from './attempt.ts';
import type { AuthHost } from './auth-host.ts';
import { requireSession } from './caller.ts';
import { noContent, withCookies } from './cookies.ts';
import { organizationName } from './organization-name.ts';
import { passwordLink } from './password-link.ts';
import { checkNewPassword, readFields, readTexts, refuseViolations, textsOf } from './read-fields.ts';
import { hashPassword } from './sessions.ts';
import { refuseForeignPage } from './sign-in.ts';

async function mailLink(auth: AuthHost, exchange: Exchange, email: string): Promise<void> {
  const { database, mailer, organization, origin } = auth;
  const { schema } = organization.current();
  const identity = await findIdentity(database, email);
  auth.happenings.passwordResetAsked(exchange, identity?.id);
  // Who comes in by an identity provider only has no password to forget; a link would be a way around the provider.
  if (!mailer || !identity || !(await hasPassword(database, identity.id))) return;
  const person = await readPerson(database, schema, identity.id);
  if (!person || person.disabled) return;
  const link = passwordLink(origin, await createPasswordLink(database, identity.id, 'reset'));
  const { name, language } = person;
  const facts = { name, link, address: identity.email, organization: await organizationName(auth) };
  mailer.post(identity.email, resetMail(language, facts));
}

/** POST request-password-reset: the same answer for everyone, given before anybody is looked for. */
export async function requestReset(auth: AuthHost, exchange: Exchange): Promise<Response> {
  refuseForeignPage(auth, exchange);
  const { email } = await readTexts(exchange, ['email']);
  const tried = await attempt(auth, exchange, email, 'reset');
  mailLink(auth, exchange, tried.email).catch(auth.onFault);
  return answerText(202, '', {});
}

/** POST reset-password */
export async function resetByLink(auth: AuthHost, exchange: Exchange): Promise<Response> {
  refuseForeignPage(auth, exchange);
  const details: Violation[] = [];
  const { token, newPassword } = textsOf(await readFields(exchange), ['token', 'newPassword'], details);
  checkNewPassword(newPassword, 'newPassword', details);
  refuseViolations(details);
  const identity = await redeemPasswordLink(auth.database, token, () => hashPassword(newPassword));
  if (!identity) throw fail('RESET_TOKEN_INVALID');
  auth.forget(identity.id);
  auth.happenings.passwordChanged(exchange, identity.id, 'link');
  return noContent();
}

/** POST change-password */
export async function changePassword(auth: AuthHost, exchange: Exchange): Promise<Response> {
  const cookie = requireSession(exchange);
  const user = await auth.sessions.resolve(cookie);
  if (!user) throw fail('PRINCIPAL_UNKNOWN');
  const details: Violation[] = [];
  const fields = await readFields(exchange);
  const { currentPassword, newPassword } = textsOf(fields, ['currentPassword', 'newPassword'], details);
  checkNewPassword(newPassword, 'newPassword', details);
  refuseViolations(details);
  // A session taken from somebody must not do for guessing the password behind it.
  const tried = await attempt(auth, exchange, user.email);
  const cookies = await auth.sessions.changePassword(cookie, currentPassword, newPassword);
  if (!cookies) throw fail('PASSWORD_WRONG');
  await tried.succeed();
  auth.forget(user.id);
  await announceAuthChange(auth.database, user.id);
  auth.happenings.passwordChanged(exchange, user.id, 'current-password');
  return withCookies(auth, exchange, noContent(), cookies);
}
