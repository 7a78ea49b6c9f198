// A programme with its tiers, rules and what points are worth, read from its rows into the engine's words.
import type { Records, Row } from 'peyvand/sdk';
import { minorOf } from '../engine/exact.ts';
import type { ExpiryPolicy, Program, Rule, Tier, TierWindow } from '../engine/model.ts';
import type { Conversion } from '../engine/redeem.ts';
import { fail } from '../errors.ts';
import { AMOUNTS, BASES, CALENDARS, DOWNGRADES, EVENTS, EXPIRIES, PURSES, RULE_KINDS, WINDOWS } from './codes.ts';
import { bigOf, decimalText, given, instantOf, numberOf, refOf, textOf, wholeOf, wordOf } from './values.ts';

export interface Currency {
  readonly id: string;
  readonly code: string;
  readonly decimals: number;
}

export interface LoadedProgram {
  readonly program: Program;
  readonly rules: readonly Rule[];
  readonly conversions: readonly Conversion[];
  readonly currencies: readonly Currency[];
  /** Of amounts that count for tiers and of purchases that say none. */
  readonly home: Currency;
  readonly adjustLimit: bigint;
  readonly breakagePercent: number;
  /** What a member may do in a day before somebody looks. */
  readonly velocity: { readonly purchases?: number; readonly points?: bigint };
  /** Members that may share an e-mail address, a telephone number or an address. */
  readonly shareLimit: number | undefined;
  /** Days before points expire on which is told of it, the most first. */
  readonly noticeDays: readonly number[];
}

const NO_CURRENCY: Currency = { id: '', code: '', decimals: 2 };

/** Throws PROGRAM_NOT_FOUND. */
export async function loadProgram(system: Records, id: string): Promise<LoadedProgram> {
  const row = await system.retrieve('loyaltyprogram', id);
  if (!row) throw fail('PROGRAM_NOT_FOUND', { id });
  const own = `_loyaltyprogramid_value eq ${id}`;
  const currencies = (
    await system.list('transactioncurrency', '$select=transactioncurrencyid,isocurrencycode,currencyprecision')
  ).map((one): Currency => ({
    id: String(one['transactioncurrencyid']),
    code: textOf(one, 'isocurrencycode') ?? '',
    decimals: numberOf(one, 'currencyprecision') ?? 2,
  }));
  const home = currencies.find((one) => one.id === refOf(row, 'currencyid')) ?? NO_CURRENCY;
  const tiers = await system.list('loyaltytier', `$filter=${own}`);
  const rules = await system.list('loyaltyrule', `$filter=${own} and statecode eq 0`);
  const conversions = await system.list('loyaltyconversion', `$filter=${own}`);
  const find = (ref: string | undefined): Currency | undefined => currencies.find((one) => one.id === ref);
  const program = programOf(id, row, tiers, home);
  if (program.tiers.length === 0) throw fail('PROGRAM_WITHOUT_TIERS', { name: textOf(row, 'name') ?? id });
  return {
    program,
    rules: rules.map((one) => ruleOf(one, find(refOf(one, 'currencyid')) ?? undefined, home)),
    conversions: conversions.flatMap((one) => {
      const currency = find(refOf(one, 'currencyid'));
      if (!currency) return [];
      const minor = minorOf(decimalText(one['amount']), currency.decimals);
      return [{ currency: currency.code, points: wholeOf(one, 'points'), minor }];
    }),
    currencies,
    home,
    adjustLimit: wholeOf(row, 'adjustlimit'),
    breakagePercent: numberOf(row, 'breakagepercent') ?? 0,
    velocity: given({ purchases: numberOf(row, 'velocitypurchases'), points: bigOf(row['velocitypoints']) }),
    shareLimit: numberOf(row, 'sharelimit'),
    noticeDays: noticeDaysOf(textOf(row, 'noticedays') ?? ''),
  };
}

function noticeDaysOf(text: string): readonly number[] {
  const days = [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return [...new Set(days)].sort((a, b) => b - a);
}

function programOf(id: string, row: Row, tiers: readonly Row[], home: Currency): Program {
  const basis = wordOf(BASES, row['tierbasis'], 'points');
  return {
    id,
    calendar: wordOf(CALENDARS, row['calendar'], 'gregory'),
    timeZone: textOf(row, 'timezone') ?? 'UTC',
    fiscalStartMonth: numberOf(row, 'fiscalstartmonth') ?? 1,
    pendingDays: numberOf(row, 'pendingdays') ?? 0,
    expiry: expiryPolicyOf(row),
    returnGraceDays: numberOf(row, 'returngracedays') ?? 0,
    allowNegative: row['allownegative'] === true,
    minimum: wholeOf(row, 'minimumpoints'),
    step: wholeOf(row, 'steppoints'),
    reservationMinutes: numberOf(row, 'reservationminutes') ?? 60,
    tierBasis: basis,
    tierWindow: tierWindowOf(row),
    tierPeriods: numberOf(row, 'tierperiods') ?? 1,
    graceDays: numberOf(row, 'gracedays') ?? 0,
    downgrade: wordOf(DOWNGRADES, row['downgrade'], 'earned'),
    tiers: tiers.map((one) => tierOf(one, basis === 'spend' ? home.decimals : 0)),
  };
}

function expiryPolicyOf(row: Row): ExpiryPolicy {
  const kind = wordOf(EXPIRIES, row['expirypolicy'], 'none');
  const days = numberOf(row, 'expirydays') ?? 365;
  if (kind === 'none') return { kind };
  if (kind === 'days' || kind === 'activity') return { kind, days };
  return { kind: 'period', period: kind, later: numberOf(row, 'expirylater') ?? 0 };
}

function tierWindowOf(row: Row): TierWindow {
  const kind = wordOf(WINDOWS, row['tierwindow'], 'calendar-year');
  return kind === 'rolling' ? { kind, months: numberOf(row, 'windowmonths') ?? 12 } : { kind };
}

function tierOf(row: Row, decimals: number): Tier {
  return {
    id: String(row['loyaltytierid']),
    code: textOf(row, 'code') ?? '',
    rank: numberOf(row, 'rank') ?? 0,
    threshold: minorOf(decimalText(row['threshold']), decimals),
    bonusPercent: numberOf(row, 'bonuspercent') ?? 0,
    discountPercent: decimalText(row['discountpercent'] ?? 0),
    ...given({ condition: textOf(row, 'condition'), expiryDays: numberOf(row, 'expirydays') }),
  };
}

/** `currency`: the rule's own; amounts of a rule that speaks of all currencies are read as the programme's. */
function ruleOf(row: Row, currency: Currency | undefined, home: Currency): Rule {
  const per = row['peramount'] ?? undefined;
  return {
    code: textOf(row, 'code') ?? '',
    version: numberOf(row, 'version') ?? 1,
    event: wordOf(EVENTS, row['event'], 'purchase'),
    kind: wordOf(RULE_KINDS, row['kind'], 'base'),
    order: numberOf(row, 'sortorder') ?? 100,
    basis: wordOf(AMOUNTS, row['basis'], 'net'),
    points: wholeOf(row, 'points'),
    percent: numberOf(row, 'percent') ?? 0,
    purse: wordOf(PURSES, row['purse'], 'spendable'),
    qualifies: row['qualifies'] !== false,
    ...given({
      from: instantOf(row, 'effectivefrom'),
      to: instantOf(row, 'effectiveto'),
      group: textOf(row, 'exclusivitygroup'),
      condition: textOf(row, 'condition'),
      lines: textOf(row, 'linecondition'),
      amount: textOf(row, 'amountexpression'),
      per: per === undefined ? undefined : perOf(per, (currency ?? home).decimals),
      currency: currency?.code,
      pendingDays: numberOf(row, 'pendingdays'),
      expiryDays: numberOf(row, 'expirydays'),
      perDay: bigOf(row['capday']),
      perMonth: bigOf(row['capmonth']),
      perMember: bigOf(row['capmember']),
      perHousehold: bigOf(row['caphousehold']),
    }),
  };
}

/** Nothing is not divided by. */
function perOf(value: unknown, decimals: number): bigint | undefined {
  const minor = minorOf(decimalText(value), decimals);
  return minor > 0n ? minor : undefined;
}
