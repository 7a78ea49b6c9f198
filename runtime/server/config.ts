// The server's configuration: environment variables only (README.md lists them), checked all at once before anything starts.
import { resolve } from 'node:path';
import type { Violation } from '../../core/sdk/index.ts';
import { isSignInEmail } from '../../core/security/sign-in/users.ts';
import { fail } from './errors.ts';
import type { Limits } from './limits.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface Config {
  /** 0 = any free port. */
  readonly port: number;
  readonly host: string;
  /** Absent: the embedded Postgres under `data`. */
  readonly databaseUrl: string | undefined;
  /** Absolute path of the data folder. */
  readonly data: string;
  /** Absolute paths of plugin folders beside the shipped ones. */
  readonly plugins: readonly string[];
  /** Absent: made once and kept in the data folder. */
  readonly secret: string | undefined;
  readonly adminEmail: string;
  /** Absent: made at random on the first start and printed once. */
  readonly adminPassword: string | undefined;
  /** An administrator key for scripts, valid as long as it is set. */
  readonly apiKey: string | undefined;
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  /** Origin under which people reach the server (`https://crm.example.com`); absent: the listening address. */
  readonly publicUrl: string | undefined;
  /** Absent: no mail goes out. */
  readonly mail: MailConfig | undefined;
  /** Absent: people sign in with a password only. */
  readonly oidc: OidcConfig | undefined;
}

export interface MailConfig {
  /** `smtp://` or `smtps://`, with user and password where the mail server wants them. */
  readonly url: string;
  /** `me@example.com` or `CRM <me@example.com>` */
  readonly from: string;
}

/** An identity provider (OpenID Connect). */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** On the button of the sign-in page. */
  readonly title: string;
  /** Asked for beside openid, profile and email. */
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  /** Group of the provider → roles of ours. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  /** True: whoever the provider knows gets a user at the first sign-in. */
  readonly createUsers: boolean;
}

type Problem = (target: string, message: string) => void;

function readPort(text: string | undefined, problem: Problem): number {
  if (text === undefined) return 8080;
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  problem('PORT', `is ${JSON.stringify(text)}; give a whole number from 0 to 65535 (0 takes any free port)`);
  return 0;
}

function readLogLevel(text: string | undefined, problem: Problem): LogLevel {
  if (text === undefined) return 'info';
  const level = LOG_LEVELS.find((known) => known === text.toLowerCase());
  if (level) return level;
  problem('LOG_LEVEL', `is ${JSON.stringify(text)}; give one of ${LOG_LEVELS.join(', ')}`);
  return 'info';
}

function checkDatabaseUrl(text: string | undefined, problem: Problem): string | undefined {
  if (text === undefined) return undefined;
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  // The value itself is not repeated: it may hold a password.
  if (protocol !== 'postgres:' && protocol !== 'postgresql:')
    problem('DATABASE_URL', 'is not a Postgres address; give one like postgres://user:password@host:5432/database');
  return text;
}

type Read = (name: string) => string | undefined;

function readPublicUrl(text: string | undefined, problem: Problem): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  if (url && plain && (url.protocol === 'https:' || url.protocol === 'http:')) return url.origin;
  problem(
    'PEYVAND_PUBLIC_URL',
    `is ${JSON.stringify(text)}; give an address without a path, like https://crm.example.com`,
  );
  return undefined;
}

function readMail(read: Read, problem: Problem): MailConfig | undefined {
  const [url, from] = [read('PEYVAND_SMTP_URL'), read('PEYVAND_MAIL_FROM')];
  if (url === undefined && from === undefined) return undefined;
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  // The value itself is not repeated: it may hold a password.
  if (!parsed || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '')
    problem('PEYVAND_SMTP_URL', 'is not a mail server; give one like smtps://user:password@mail.example.com');
  const address = from === undefined ? '' : (/<([^<>]+)>\s*$/.exec(from)?.[1] ?? from);
  if (!/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address) || /[\r\n]/.test(from ?? ''))
    problem('PEYVAND_MAIL_FROM', 'is not an address; give one like crm@example.com or CRM <crm@example.com>');
  return { url: url ?? '', from: from ?? '' };
}

/** Clear text only where it cannot leave the machine. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash } = new URL(text);
  if (search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}

/** `requests=100000,seconds=1200,rows=5000000,parallel=64`: what is not named is not limited, save requests at one time. */
function readLimits(text: string | undefined, problem: Problem): Limits {
  const limits = { requests: Infinity, seconds: Infinity, rows: Infinity, parallel: 256 };
  for (const pair of (text ?? '').split(',').map((part) => part.trim())) {
    if (pair === '') continue;
    const match = /^(requests|seconds|rows|parallel)=([1-9]\d{0,11})$/.exec(pair);
    if (match) limits[match[1] as keyof Limits] = Number(match[2]);
    else
      problem(
        'PEYVAND_LIMITS',
        `has ${JSON.stringify(pair)}; give whole numbers for requests, seconds, rows (each in five minutes) and parallel, like requests=100000,parallel=64`,
      );
  }
  return limits;
}

/** `sales=salesperson,bosses=sales-manager`: a group may stand more than once. */
function readRoleMap(text: string | undefined, problem: Problem): ReadonlyMap<string, readonly string[]> {
  const roles = new Map<string, readonly string[]>();
  for (const pair of (text ?? '').split(/[,\n]/).map((part) => part.trim())) {
    if (pair === '') continue;
    const at = pair.lastIndexOf('=');
    const [group, role] = [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()];
    if (at > 0 && group !== '' && /^[\w.-]+$/.test(role)) roles.set(group, [...(roles.get(group) ?? []), role]);
    else
      problem(
        'PEYVAND_OIDC_ROLES',
        `has ${JSON.stringify(pair)}; give pairs like sales=salesperson,bosses=sales-manager`,
      );
  }
  return roles;
}

const OIDC_NEEDED = ['PEYVAND_OIDC_ISSUER', 'PEYVAND_OIDC_CLIENT_ID', 'PEYVAND_OIDC_CLIENT_SECRET'] as const;
const OIDC_OTHERS = ['TITLE', 'SCOPES', 'GROUPS_CLAIM', 'ROLES', 'CREATE_USERS'].map((name) => `PEYVAND_OIDC_${name}`);

function readOidc(read: Read, problem: Problem): OidcConfig | undefined {
  if ([...OIDC_NEEDED, ...OIDC_OTHERS].every((name) => read(name) === undefined)) return undefined;
  for (const name of OIDC_NEEDED)
    if (read(name) === undefined) problem(name, `is missing; an identity provider needs ${OIDC_NEEDED.join(', ')}`);
  const [issuer = '', clientId = '', clientSecret = ''] = OIDC_NEEDED.map(read);
  if (issuer !== '' && !isIssuer(issuer))
    problem(
      'PEYVAND_OIDC_ISSUER',
      `is ${JSON.stringify(issuer)}; give the provider's https address as its tokens name it`,
    );
  const create = read('PEYVAND_OIDC_CREATE_USERS')?.toLowerCase();
  if (create !== undefined && create !== 'yes' && create !== 'no')
    problem('PEYVAND_OIDC_CREATE_USERS', `is ${JSON.stringify(create)}; give yes or no`);
  return {
    issuer,
    clientId,
    clientSecret,
    title: read('PEYVAND_OIDC_TITLE') ?? (isIssuer(issuer) ? new URL(issuer).hostname : 'OpenID Connect'),
    scopes: (read('PEYVAND_OIDC_SCOPES') ?? '').split(/[\s,]+/).filter((scope) => scope !== ''),
    groupsClaim: read('PEYVAND_OIDC_GROUPS_CLAIM') ?? 'groups',
    roles: readRoleMap(read('PEYVAND_OIDC_ROLES'), problem),
    createUsers: create === 'yes',
  };
}

/** Throws CONFIG_INVALID with every problem in `details`. An empty variable counts as absent. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: Violation[] = [];
  const problem: Problem = (target, message) => {
    problems.push({ code: 'CONFIG_VALUE', target, message: `${target} ${message}` });
  };
  const read = (name: string): string | undefined => {
    const text = environment[name]?.trim();
    return text === '' ? undefined : text;
  };

  const secret = read('PEYVAND_SECRET');
  if (secret !== undefined && secret.length < 32)
    problem('PEYVAND_SECRET', `has ${secret.length} characters; give at least 32 random ones`);
  const adminEmail = read('PEYVAND_ADMIN_EMAIL') ?? 'admin@example.com';
  if (!isSignInEmail(adminEmail))
    problem('PEYVAND_ADMIN_EMAIL', `is ${JSON.stringify(adminEmail)}; give an e-mail address such as me@example.com`);
  const adminPassword = read('PEYVAND_ADMIN_PASSWORD');
  if (adminPassword !== undefined && (adminPassword.length < 8 || adminPassword.length > 128))
    problem('PEYVAND_ADMIN_PASSWORD', `has ${adminPassword.length} characters; give 8 to 128`);
  const apiKey = read('PEYVAND_API_KEY');
  if (apiKey !== undefined && !/^pvd_[\w-]{16,200}$/.test(apiKey))
    problem('PEYVAND_API_KEY', 'must begin with pvd_ and go on with 16 to 200 letters, digits, - or _');
  const config: Config = {
    port: readPort(read('PORT'), problem),
    host: read('HOST') ?? '127.0.0.1',
    databaseUrl: checkDatabaseUrl(read('DATABASE_URL'), problem),
    data: resolve(read('PEYVAND_DATA') ?? '.peyvand'),
    plugins: (read('PEYVAND_PLUGINS') ?? '')
      .split(/[,\n]/)
      .map((folder) => folder.trim())
      .filter((folder) => folder !== '')
      .map((folder) => resolve(folder)),
    secret,
    adminEmail: adminEmail.toLowerCase(),
    adminPassword,
    apiKey,
    logLevel: readLogLevel(read('LOG_LEVEL'), problem),
    limits: readLimits(read('PEYVAND_LIMITS'), problem),
    publicUrl: readPublicUrl(read('PEYVAND_PUBLIC_URL'), problem),
    mail: readMail(read, problem),
    oidc: readOidc(read, problem),
  };
  const { publicUrl, mail, oidc, host } = config;
  if ((mail || oidc) && publicUrl === undefined && (host === '0.0.0.0' || host === '::') && !read('PEYVAND_PUBLIC_URL'))
    problem('PEYVAND_PUBLIC_URL', `is missing; with HOST ${host} links in mails and the identity provider need it`);
  if (problems.length > 0) throw fail('CONFIG_INVALID', { count: problems.length }, { details: problems });
  return config;
}
