// What is kept with a session so that people recognize theirs.
import { clientAddress, header, type Exchange } from '../exchange.ts';

export interface ClientHint {
  readonly userAgent: string | undefined;
  readonly address: string;
}

export function clientHint(exchange: Exchange): ClientHint {
  return { userAgent: header(exchange, 'user-agent')?.slice(0, 512), address: clientAddress(exchange) };
}
