// GET and PATCH /api/me: who the caller is and how they want to see things.
import { update } from '../../core/records/update.ts';
import type { Violation } from '../../core/sdk/index.ts';
import { administratorRole } from '../../core/security/access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { readMe } from '../../core/security/me.ts';
import { isLanguage, isTimeZone, SETTING_FIELDS, type UserSettings } from '../../core/security/user-settings.ts';
import { answerJson } from './answer.ts';
import { readJson } from './body.ts';
import { fail } from './errors.ts';
import { originOf, type Exchange } from './exchange.ts';
import type { Services } from './services.ts';

export async function showMe(services: Services, _exchange: Exchange, principal: Principal): Promise<Response> {
  const me = await readMe(services.organization.current(), principal);
  if (!me) throw fail('USER_DISABLED');
  return answerJson(200, me);
}

type Check = readonly [valid: (value: string) => boolean, expected: string];

const CHECKS: Readonly<Record<keyof UserSettings, Check>> = {
  language: [isLanguage, 'a language tag such as en or fa'],
  calendar: [(value) => value === 'gregory' || value === 'persian', 'gregory or persian'],
  timeZone: [isTimeZone, 'an IANA time zone such as Asia/Tehran'],
  theme: [(value) => value === 'system' || value === 'light' || value === 'dark', 'system, light or dark'],
};

function isSetting(name: string): name is keyof UserSettings {
  return Object.hasOwn(CHECKS, name);
}

export async function changeMe(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { value } = await readJson(exchange, 16 * 1024);
  const details: Violation[] = [];
  const values: Record<string, string> = {};
  for (const [name, given] of Object.entries(value)) {
    if (!isSetting(name)) {
      const message = `There is no setting ${name}; there are ${Object.keys(CHECKS).join(', ')}.`;
      details.push({ code: 'SETTING_UNKNOWN', target: name, message });
      continue;
    }
    const [valid, expected] = CHECKS[name];
    if (typeof given === 'string' && given.length <= 64 && valid(given)) values[SETTING_FIELDS[name]] = given;
    else details.push({ code: 'SETTING_INVALID', target: name, message: `Give ${name} as ${expected}.` });
  }
  if (details.length > 0) throw fail('BODY_INVALID', { count: details.length }, { details });
  const engine = services.organization.current();
  const user = engine.model.entities.get('systemuser');
  if (user && Object.keys(values).length > 0) {
    // Everyone may change these of their own row, whatever their roles say about users.
    const call = {
      engine,
      principal: { ...principal, roles: [administratorRole] },
      requestId: exchange.id,
      origin: originOf(exchange),
    };
    await update(call, user, { id: principal.userId }, { values, targets: {}, exact: {} }, {});
    services.authenticator.forget(principal.userId);
  }
  return showMe(services, exchange, principal);
}
