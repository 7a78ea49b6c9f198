// Mails out by SMTP (PEYVAND_SMTP_URL). Loaded when the first mail goes out.
import { setTimeout as pause } from 'node:timers/promises';

export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface Mailer {
  /** Resolves when the mail server took it. */
  send(to: string, message: Message): Promise<void>;
  /** Returns at once; tried again when the mail server is away, and told to `onFault` when it stays so. */
  post(to: string, message: Message): void;
  /** What is still waiting to be tried again is given up. */
  close(): void;
}

export interface MailerOptions {
  /** `smtps://user:password@mail.example.com` */
  readonly url: string;
  /** `CRM <crm@example.com>` */
  readonly from: string;
  onFault(fault: unknown): void;
}

const TRY_AGAIN_AFTER_MS = [0, 5_000, 60_000];
const PATIENCE_MS = 10_000;

async function openTransport(url: string) {
  const { createTransport } = await import('nodemailer');
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  return createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    // Nothing of a mail comes from files or addresses elsewhere.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

export function createMailer({ url, from, onFault }: MailerOptions): Mailer {
  const stopping = new AbortController();
  let transport: ReturnType<typeof openTransport> | undefined;
  const send = async (to: string, message: Message): Promise<void> => {
    const { sendMail } = await (transport ??= openTransport(url)).then((opened) => ({
      sendMail: opened.sendMail.bind(opened),
    }));
    await sendMail({
      from,
      to: { name: '', address: to },
      ...message,
      headers: { 'Auto-Submitted': 'auto-generated' },
    });
  };
  const sendPatiently = async (to: string, message: Message): Promise<void> => {
    let fault: unknown;
    for (const wait of TRY_AGAIN_AFTER_MS) {
      await pause(wait, undefined, { signal: stopping.signal, ref: false });
      try {
        return await send(to, message);
      } catch (thrown) {
        fault = thrown;
      }
    }
    throw fault;
  };
  return {
    send,
    post(to, message) {
      sendPatiently(to, message).catch((fault: unknown) => {
        if (!stopping.signal.aborted) onFault(fault);
      });
    },
    close() {
      stopping.abort();
      transport?.then((opened) => opened.close()).catch(onFault);
    },
  };
}
