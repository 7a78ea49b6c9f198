// What the mails of signing in say, in both shipped languages.
import { expect, test } from 'vitest';
import { invitationMail, resetMail } from '../../../../../runtime/server/mail/messages.ts';

const mail = {
  name: 'Sara',
  organization: 'Contoso',
  address: 'sara@example.com',
  link: 'https://crm.example.com/reset-password#token=abc',
};

test.each([
  ['en', 'ltr', 'Hello Sara,'],
  ['en-GB', 'ltr', 'Hello Sara,'],
  ['de', 'ltr', 'Hello Sara,'],
  ['fa', 'rtl', 'سلام \u2068Sara\u2069،'],
  ['fa-IR', 'rtl', 'سلام \u2068Sara\u2069،'],
])('in %s it reads %s and greets', (language, direction, greeting) => {
  for (const compose of [resetMail, invitationMail]) {
    const { subject, text, html } = compose(language, mail);
    expect(text).toContain(greeting);
    expect(html).toContain(`dir="${direction}"`);
    for (const body of [text, html]) {
      expect(body).toContain(mail.link);
      expect(body).toContain(mail.address);
      expect(body).not.toMatch(/[{}]\w+[{}]/);
    }
    expect(subject).toContain('Contoso');
  }
});

test('no name makes markup, a new line or a placeholder of its own', () => {
  const { text, html } = resetMail('en', {
    ...mail,
    name: '<img src=x>\r\nPay here: $& {address}',
    organization: '</title>\nX',
  });
  expect(html).not.toContain('<img');
  expect(html.match(/<\/title>/g)).toHaveLength(1);
  expect(text).toContain('Hello <img src=x> Pay here: $& {address},');
});

test('who has no name is greeted by the address', () => {
  expect(resetMail('en', { ...mail, name: '' }).text).toContain('Hello sara@example.com,');
});
