// A real mail server on a free port that keeps what it is sent.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly to: readonly string[];
  /** The message as it came, with quoted-printable and base64 parts decoded. */
  readonly text: string;
}

export interface Mailbox extends AsyncDisposable {
  /** For PEYVAND_SMTP_URL. */
  readonly url: string;
  readonly mails: readonly Mail[];
}

function decodeQuotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_all, code: string) => String.fromCharCode(parseInt(code, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Every part of a MIME message, decoded, one after the other. */
function decode(message: string): string {
  return message
    .split(/\r?\n--[^\r\n]+\r?\n/)
    .map((part) => {
      const at = part.search(/\r?\n\r?\n/);
      const [head, body] = [part.slice(0, at), part.slice(at)];
      if (/content-transfer-encoding: base64/i.test(head)) return head + Buffer.from(body, 'base64').toString('utf8');
      if (/content-transfer-encoding: quoted-printable/i.test(head)) return head + decodeQuotedPrintable(body);
      return part;
    })
    .join('\n');
}

export async function mailbox(): Promise<Mailbox> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: decode(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  const listener = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
