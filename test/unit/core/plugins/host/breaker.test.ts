import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../../../../core/plugins/host/breaker.ts';
import { defaultLimits } from '../../../../../core/plugins/host/limits.ts';

describe('the breaker of a plugin', () => {
  const at = (): { now: number } => ({ now: 1_000_000 });

  it('opens with the third strike within five minutes, not with strikes far apart', () => {
    const clock = at();
    const breaker = createBreaker(defaultLimits, () => clock.now);
    for (let strike = 0; strike < 5; strike++) {
      breaker.strike('far apart');
      clock.now += 200_000;
    }
    expect(breaker.admits()).toBe(true);
    breaker.strike('it looped');
    breaker.strike('it looped');
    expect(breaker.admits()).toBe(false);
    expect(breaker.health()).toMatchObject({ state: 'open', last: { reason: 'it looped' } });
  });

  it('lets one call through after a while: a good one closes it, a bad one keeps it shut for longer', () => {
    const clock = at();
    const breaker = createBreaker(defaultLimits, () => clock.now);
    for (let strike = 0; strike < 3; strike++) breaker.strike('it crashed');
    clock.now += 60_000;
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
    breaker.strike('again');
    clock.now += 60_000;
    expect(breaker.admits()).toBe(false);
    clock.now += 60_000;
    expect(breaker.admits()).toBe(true);
    breaker.succeed();
    expect([breaker.admits(), breaker.admits(), breaker.health().state]).toEqual([true, true, 'closed']);
  });

  it('closes when an administrator says so', () => {
    const breaker = createBreaker(defaultLimits);
    for (let strike = 0; strike < 3; strike++) breaker.strike('it crashed');
    breaker.reset();
    expect([breaker.admits(), breaker.health().strikes]).toEqual([true, 0]);
  });
});
