// The addresses of signing in. Sign-up is closed: administrators make users, or an identity provider that may.
import type { Principal } from '../../../core/security/principal.ts';
import type { Exchange } from '../exchange.ts';
import {
  dropSecondFactor,
  endAnyKey,
  endAnySession,
  invite,
  showAccess,
  showAllKeys,
  signOutUser,
  unlock,
} from './administer.ts';
import type { AuthHost } from './auth-host.ts';
import { endMyKey, makeKey, showKeys } from './keys.ts';
import { endMySession, showSessions } from './my-sessions.ts';
import { changePassword, requestReset, resetByLink } from './password.ts';
import { comeFromProvider, goToProvider } from './provider-routes.ts';
import { beginSecondFactor, confirmSecondFactor, disableSecondFactor, showSecondFactor } from './second-factor.ts';
import { giveSecondFactor, showOptions, showSession, signInByEmail, signOut, signOutEverywhere } from './sign-in.ts';

type Answer = (auth: AuthHost, exchange: Exchange) => Promise<Response>;
type CallerAnswer = (auth: AuthHost, exchange: Exchange, principal: Principal) => Promise<Response>;

/** `caller: true`: nothing of it runs before the caller is known. */
export type AuthRoute =
  { readonly caller: false; readonly answer: Answer } | { readonly caller: true; readonly answer: CallerAnswer };

const anyone = (answer: Answer): AuthRoute => ({ caller: false, answer });
const caller = (answer: CallerAnswer): AuthRoute => ({ caller: true, answer });

/** Address → method → route. */
export const authRoutes: Readonly<Record<string, Readonly<Record<string, AuthRoute>>>> = {
  '/api/auth/sign-in/options': { GET: anyone(showOptions) },
  '/api/auth/sign-in/email': { POST: anyone(signInByEmail) },
  '/api/auth/sign-in/second-factor': { POST: anyone(giveSecondFactor) },
  '/api/auth/sign-in/provider/:id': { GET: anyone(goToProvider) },
  '/api/auth/callback/:id': { GET: anyone(comeFromProvider) },
  '/api/auth/request-password-reset': { POST: anyone(requestReset) },
  '/api/auth/reset-password': { POST: anyone(resetByLink) },
  '/api/auth/change-password': { POST: caller(changePassword) },
  '/api/auth/sign-out': { POST: anyone(signOut) },
  '/api/auth/sign-out-everywhere': { POST: caller(signOutEverywhere) },
  '/api/auth/get-session': { GET: anyone(showSession) },
  '/api/auth/sessions': { GET: caller(showSessions) },
  '/api/auth/sessions/:id': { DELETE: caller(endMySession) },
  '/api/auth/second-factor': { GET: caller(showSecondFactor) },
  '/api/auth/second-factor/begin': { POST: caller(beginSecondFactor) },
  '/api/auth/second-factor/confirm': { POST: caller(confirmSecondFactor) },
  '/api/auth/second-factor/disable': { POST: caller(disableSecondFactor) },
  '/api/auth/keys': { GET: caller(showKeys), POST: caller(makeKey) },
  '/api/auth/keys/:id': { DELETE: caller(endMyKey) },
  '/api/admin/users/:id/access': { GET: caller(showAccess) },
  '/api/admin/users/:id/invitation': { POST: caller(invite) },
  '/api/admin/users/:id/unlock': { POST: caller(unlock) },
  '/api/admin/users/:id/sign-out': { POST: caller(signOutUser) },
  '/api/admin/users/:id/disable-second-factor': { POST: caller(dropSecondFactor) },
  '/api/admin/sessions/:id': { DELETE: caller(endAnySession) },
  '/api/admin/keys': { GET: caller(showAllKeys) },
  '/api/admin/keys/:id': { DELETE: caller(endAnyKey) },
};
