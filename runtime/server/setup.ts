// GET and POST /api/setup: what the first-run page shows and sends. For administrators; once.
import { administratorRole } from '../../core/security/access.ts';
import { announceAuthChange } from '../../core/security/sign-in/auth-tables.ts';
import type { Principal } from '../../core/security/principal.ts';
import { completeSetup, findObstacles, readSetup, type Setup } from '../../core/security/setup.ts';
import { isCalendar, isLanguage, isTimeZone } from '../../core/security/user-settings.ts';
import { isSignInEmail } from '../../core/security/sign-in/users.ts';
import type { Violation } from '../../core/sdk/index.ts';
import { answerJson } from './answer.ts';
import { requireSession } from './auth/caller.ts';
import { noContent } from './auth/cookies.ts';
import { hashPassword } from './auth/sessions.ts';
import { readJson } from './body.ts';
import { fail } from './errors.ts';
import { originOf, type Exchange } from './exchange.ts';
import type { Services } from './services.ts';

function requireAdministrator(principal: Principal): void {
  if (!principal.roles.includes(administratorRole)) throw fail('ADMINISTRATOR_ONLY');
}

export async function showSetup(services: Services, _exchange: Exchange, principal: Principal): Promise<Response> {
  requireAdministrator(principal);
  return answerJson(200, await readSetup(services.organization.current(), principal.userId));
}

type Check = readonly [valid: (value: unknown) => boolean, expected: string];

const oneLine = (value: unknown, least: number, most: number): value is string =>
  typeof value === 'string' &&
  // Control characters and what only looks empty are no name.
  !/\p{Cc}/u.test(value) &&
  value.trim().length >= least &&
  value.length <= most;
const text = (least: number, most: number): Check => [
  (value) => oneLine(value, least, most),
  `a text of ${least} to ${most} characters`,
];
const is = (valid: (value: string) => boolean, expected: string): Check => [
  (value) => typeof value === 'string' && value.length <= 64 && valid(value),
  expected,
];

/** The body, part by part: what each value must be. */
const CHECKS: Readonly<Record<keyof Setup, Readonly<Record<string, Check>>>> = {
  you: {
    firstName: text(0, 64),
    lastName: text(1, 64),
    email: [
      (value) => typeof value === 'string' && value.length <= 100 && isSignInEmail(value),
      'an e-mail address such as sara@example.com',
    ],
    password: [
      (value) => typeof value === 'string' && value.length >= 8 && value.length <= 128 && !value.includes('\0'),
      'a password of 8 to 128 characters',
    ],
  },
  organization: {
    name: text(1, 160),
    language: is(
      (value) => /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(value) && isLanguage(value),
      'a language tag: en, fa',
    ),
    calendar: is(isCalendar, 'gregory or persian'),
    timeZone: is(isTimeZone, 'an IANA time zone such as Asia/Tehran'),
  },
  currency: {
    code: is((value) => /^[A-Z]{3}$/.test(value), 'three capitals such as EUR'),
    name: text(1, 100),
    symbol: text(0, 10),
    decimals: [(value) => [0, 1, 2, 3, 4].includes(value as number), 'a whole number from 0 to 4'],
  },
};

type Values = Readonly<Record<string, unknown>>;

/** The parts with what is sound in them, and everything that is wrong. */
function readParts(body: Values): { readonly parts: Readonly<Record<string, Values>>; readonly details: Violation[] } {
  const details: Violation[] = [];
  const unknown = (target: string) =>
    details.push({ code: 'SETTING_UNKNOWN', target, message: `There is nothing called ${target} to set up.` });
  for (const name of Object.keys(body)) if (!Object.hasOwn(CHECKS, name)) unknown(name);
  const parts = Object.fromEntries(
    Object.entries(CHECKS).map(([part, checks]) => {
      const given = body[part];
      const values: Values =
        typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Values) : {};
      for (const name of Object.keys(values)) if (!Object.hasOwn(checks, name)) unknown(`${part}.${name}`);
      const sound = Object.entries(checks).flatMap(([name, [valid, expected]]) => {
        const value = Object.hasOwn(values, name) ? values[name] : undefined;
        if (valid(value)) return [[name, name === 'password' || typeof value !== 'string' ? value : value.trim()]];
        const target = `${part}.${name}`;
        details.push({ code: 'SETTING_INVALID', target, message: `Give ${target} as ${expected}.` });
        return [];
      });
      return [part, Object.fromEntries(sound) as Values];
    }),
  );
  return { parts, details };
}

const invalid = (details: readonly Violation[]) => fail('BODY_INVALID', { count: details.length }, { details });

export async function completeFirstRun(
  services: Services,
  exchange: Exchange,
  principal: Principal,
): Promise<Response> {
  requireAdministrator(principal);
  const { database, authenticator, auth } = services;
  const engine = services.organization.current();
  const session = await auth.sessions.resolve(requireSession(exchange));
  const { value } = await readJson(exchange, 16 * 1024);
  const { parts, details } = readParts(value);
  const { email, password } = parts['you'] ?? {};
  const code = parts['currency']?.['code'];
  const wanted = {
    email: typeof email === 'string' ? email : undefined,
    code: typeof code === 'string' ? code : undefined,
  };
  details.push(...(await findObstacles(database, engine, principal.userId, wanted)));
  // Said before what is wrong with the values: nothing of them would count.
  const { needed } = await readSetup(engine, principal.userId);
  if (needed && details.length > 0) throw invalid(details);
  const call = { engine, principal, requestId: exchange.id, origin: originOf(exchange) };
  await completeSetup(call, parts as unknown as Setup, {
    passwordHash: await hashPassword(String(password)),
    sessionId: session?.sessionId,
    invalid,
  });
  authenticator.forget(principal.userId);
  await announceAuthChange(database, principal.userId);
  auth.happenings.passwordChanged(exchange, principal.userId, 'first-run');
  return noContent();
}
