// The server's configuration: environment variables only (README.md lists them), checked all at once before anything starts.
import { resolve } from 'node:path';
import type { Violation } from '../../core/sdk/index.ts';
import { isSignInEmail } from '../../core/security/users.ts';
import { fail } from './errors.ts';

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
  };
  if (problems.length > 0) throw fail('CONFIG_INVALID', { count: problems.length }, { details: problems });
  return config;
}
