// Takes shares away whose time is over: at the start and once a day. They grant nothing from the moment they end; this only
// tidies up, and logs that they went.
import type { Engine } from '../../engine.ts';
import { sweepShares } from './shares.ts';

const DAY = 24 * 3_600_000;

export interface ShareSweepOptions {
  engine(): Engine;
  onFailure?(error: unknown): void;
}

/** Returns what ends it. */
export function startShareSweep({ engine, onFailure }: ShareSweepOptions): () => Promise<void> {
  let running: Promise<void> | undefined;
  const begin = (): void => {
    running ??= sweepShares(engine())
      .then(
        () => undefined,
        (error: unknown) => onFailure?.(error),
      )
      .finally(() => (running = undefined));
  };
  const clock = setInterval(begin, DAY);
  clock.unref();
  begin();
  return async () => {
    clearInterval(clock);
    await running;
  };
}
