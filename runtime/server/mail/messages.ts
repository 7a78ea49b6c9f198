// The mails of signing in, in the person's language: plain text, and simple HTML that reads from the right side.
import type { Message } from './mailer.ts';

/** What a mail is made of; `{name}`, `{address}` and `{organization}` are filled in. */
interface Words {
  readonly subject: string;
  readonly greeting: string;
  readonly before: string;
  readonly button: string;
  readonly after: string;
}

type Kind = 'reset' | 'invitation';
type Shipped = 'en' | 'fa';

const WORDS: Readonly<Record<Shipped, Readonly<Record<Kind, Words>>>> = {
  en: {
    reset: {
      subject: 'Set a new password for {organization}',
      greeting: 'Hello {name},',
      before:
        'Somebody, probably you, asked for a new password for {address} at {organization}. Set it here within an hour:',
      button: 'Set a new password',
      after: 'The link works once. If it was not you, do nothing: your password stays as it is.',
    },
    invitation: {
      subject: 'You are invited to {organization}',
      greeting: 'Hello {name},',
      before:
        'You have been given access to {organization} with the address {address}. Choose a password within a week, then sign in:',
      button: 'Choose a password',
      after: 'The link works once. Ask whoever invited you for another when it has run out.',
    },
  },
  fa: {
    reset: {
      subject: 'گذرواژهٔ تازه برای {organization}',
      greeting: 'سلام {name}،',
      before:
        'کسی، به احتمال زیاد خودتان، برای {address} در {organization} گذرواژهٔ تازه خواسته است. تا یک ساعت آن را اینجا تعیین کنید:',
      button: 'تعیین گذرواژهٔ تازه',
      after: 'این پیوند یک بار کار می‌کند. اگر شما نخواسته‌اید کاری نکنید؛ گذرواژه‌تان همان می‌ماند.',
    },
    invitation: {
      subject: 'دعوت به {organization}',
      greeting: 'سلام {name}،',
      before:
        'به شما با نشانی {address} به {organization} دسترسی داده شده است. تا یک هفته گذرواژه‌ای برگزینید و سپس وارد شوید:',
      button: 'برگزیدن گذرواژه',
      after: 'این پیوند یک بار کار می‌کند. اگر زمانش گذشت، از کسی که دعوتتان کرده پیوند دیگری بخواهید.',
    },
  },
};

export interface LinkMail {
  /** The person's; may be empty. */
  readonly name: string;
  readonly address: string;
  readonly link: string;
  /** The organization's name. */
  readonly organization: string;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** First-strong isolates keep a Latin address whole inside a Persian sentence. */
function isolate(text: string): string {
  return `\u2068${text}\u2069`;
}

/** Names come from people: no line of theirs may look like one of ours. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim();
}

function compose(kind: Kind, language: string, { name, address, link, organization }: LinkMail): Message {
  const shipped: Shipped = language.toLowerCase().split('-')[0] === 'fa' ? 'fa' : 'en';
  const words = WORDS[shipped][kind];
  const values: Readonly<Record<string, string>> = {
    name: oneLine(name) || address,
    address,
    organization: oneLine(organization),
  };
  const fill = (template: string, put: (text: string) => string): string =>
    template.replace(/\{(\w+)\}/g, (_all, part: string) => put(values[part] ?? ''));
  const plain = (template: string): string => fill(template, shipped === 'fa' ? isolate : (text) => text);
  const rich = (template: string): string => fill(template, (text) => `<bdi>${escapeHtml(text)}</bdi>`);
  const safeLink = escapeHtml(link);
  const subject = fill(words.subject, (text) => text);
  return {
    subject,
    text: [plain(words.greeting), plain(words.before), link, plain(words.after), ''].join('\n\n'),
    html: `<!doctype html>
<html lang="${shipped}" dir="${shipped === 'fa' ? 'rtl' : 'ltr'}">
<meta charset="utf-8">
<title>${escapeHtml(subject)}</title>
<body style="margin:0;padding:24px;font:16px/1.6 Vazirmatn,Tahoma,system-ui,sans-serif;color:#1b1f24;background:#fff">
<p>${rich(words.greeting)}</p>
<p>${rich(words.before)}</p>
<p><a href="${safeLink}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#1f5fbf;color:#fff;text-decoration:none">${words.button}</a></p>
<p dir="ltr" style="font-size:13px;word-break:break-all;color:#57606a">${safeLink}</p>
<p>${rich(words.after)}</p>
</body>
</html>
`,
  };
}

export function resetMail(language: string, mail: LinkMail): Message {
  return compose('reset', language, mail);
}

export function invitationMail(language: string, mail: LinkMail): Message {
  return compose('invitation', language, mail);
}
