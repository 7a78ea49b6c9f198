// The log: one JSON object a line on standard output (pino), buffered so that a request does not wait for a write.
import { destination, pino, type Logger } from 'pino';
import type { LogLevel } from './config.ts';
import type { Exchange } from './exchange.ts';

export interface Log {
  readonly logger: Logger;
  request(exchange: Exchange, status: number, milliseconds: number): void;
  /** Writes what is still buffered. */
  flush(): void;
}

export function createLog(level: LogLevel): Log {
  const stream = destination({ fd: 1, sync: false, minLength: 8192 });
  // A reader of our output that goes away must not end the server.
  stream.on('error', () => {});
  const logger = pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
  const writes = logger.isLevelEnabled('info');
  const timer = setInterval(() => stream.flush(), 1000);
  timer.unref();
  return {
    logger,
    request(exchange, status, milliseconds) {
      if (!writes) return;
      logger.info({
        id: exchange.id,
        method: exchange.method,
        path: exchange.secret ? '(withheld: it holds a key)' : exchange.path,
        // Query strings of sign-in may carry what nobody should read later.
        ...(exchange.query !== '' &&
          !exchange.secret &&
          !exchange.path.startsWith('/api/auth') && { query: exchange.query }),
        status,
        ms: Math.round(milliseconds * 100) / 100,
        ...(exchange.principal && { user: exchange.principal.userId }),
        ...(exchange.viewingAs !== undefined && { viewingAs: exchange.viewingAs }),
        ...(exchange.actingFor !== undefined && { actingFor: exchange.actingFor }),
      });
    },
    flush() {
      clearInterval(timer);
      try {
        stream.flushSync();
      } catch {
        // The stream is not open yet or gone: nothing to save.
      }
    },
  };
}
