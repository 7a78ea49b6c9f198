// What one caller may ask, with a clock of our own.
import { expect, test } from 'vitest';
import { createLimiter, type Limits } from '../../../../runtime/server/limits.ts';
import { PeyvandError } from '../../../../core/sdk/index.ts';

const none: Limits = { requests: Infinity, seconds: Infinity, rows: Infinity, parallel: Infinity };

function limiter(limits: Partial<Limits>) {
  const clock = { now: 5000 };
  return { clock, ...createLimiter({ ...none, ...limits }, () => clock.now) };
}

/** Seconds to wait, as the refusal says. */
function refused(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (!(error instanceof PeyvandError)) throw error;
    expect([error.code, error.status]).toEqual(['LIMIT_REACHED', 429]);
    return error.data?.['seconds'];
  }
  throw new Error('it was let in');
}

test('more requests than allowed wait until the first have left the window', () => {
  const { clock, enter } = limiter({ requests: 3 });
  const first = enter('a');
  first.end(1);
  expect(first.left).toBe(2);
  clock.now += 100_000;
  enter('a').end(1);
  enter('a').end(1);
  const seconds = refused(() => enter('a'));
  // Others are not concerned.
  enter('b').end(1);
  clock.now += Number(seconds) * 1000 - 10_000;
  refused(() => enter('a'));
  clock.now += 10_000;
  enter('a').end(1);
  refused(() => enter('a'));
});

test('rows and working time are counted when they are known, requests of a batch with them', () => {
  const rows = limiter({ rows: 100 });
  const pass = rows.enter('a');
  pass.meter.rows += 150;
  rows.enter('a').end(1);
  pass.end(10);
  expect(refused(() => rows.enter('a'))).toBeGreaterThan(250);
  rows.clock.now += 300_000;
  rows.enter('a').end(1);

  const time = limiter({ seconds: 2 });
  time.enter('a').end(2500);
  refused(() => time.enter('a'));

  const batch = limiter({ requests: 10 });
  const one = batch.enter('a');
  one.meter.requests += 20;
  one.end(1);
  refused(() => batch.enter('a'));
});

test('no more than so many at one time, and the place is free again when one ends', () => {
  const { enter } = limiter({ parallel: 2 });
  const [first, second] = [enter('a'), enter('a')];
  expect(refused(() => enter('a'))).toBe(1);
  first.end(1);
  enter('a').end(1);
  second.end(1);
});
