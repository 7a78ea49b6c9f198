// Setting up the second step of signing in: the secret as a picture and as text, a code that proves the app has it, and the
// recovery codes to keep.
import { encodeQR } from 'qr';
import { html, nothing, type TemplateResult } from 'lit';
import type { AuthClient, NewSecondFactor } from '../../client/auth.ts';
import { ClientError } from '../../client/index.ts';
import { openDialog, type DialogHandle } from '../../ui/dialog/dialog.ts';
import { showToast } from '../../ui/dialog/toast.ts';
import { icon } from '../../ui/icon.ts';
import { latinDigits } from '../../ui/locale/digits.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { askPassword, refusalText } from './ask-password.ts';
import { copyText } from './copy-text.ts';
import { entryField } from './entry-field.ts';

const CODE_LENGTH = 6;

/** Asks for the password, shows the secret, takes a code. True once the second step is in force. */
export async function setUpSecondFactor(locale: Locale, auth: AuthClient): Promise<boolean> {
  const { t } = locale;
  let made: NewSecondFactor | undefined;
  const asked = await askPassword({
    locale,
    title: t('security.factorSetUp'),
    text: t('security.passwordFirst'),
    button: t('setup.next'),
    send: async (password) => {
      made = await auth.beginSecondFactor(password);
    },
  });
  if (!asked || !made) return false;
  const factor = made;
  const confirmed = await openDialog<true>({
    title: t('security.factorSetUp'),
    locale,
    body: (handle) => confirmation(locale, auth, factor, handle),
    foot: (handle) =>
      html`<button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
        <button type="submit" form="second-factor" class="x-button x-button-primary">
          ${t('security.factorOn')}
        </button>`,
  });
  if (!confirmed) return false;
  await showRecoveryCodes(locale, factor.recoveryCodes);
  return true;
}

const problems = new WeakMap<DialogHandle<true>, string>();

function confirmation(
  locale: Locale,
  auth: AuthClient,
  factor: NewSecondFactor,
  handle: DialogHandle<true>,
): TemplateResult {
  const { t } = locale;
  const error = problems.get(handle);
  const refuse = (text: string) => {
    problems.set(handle, text);
    handle.update();
    handle.element.querySelector<HTMLInputElement>('#code')?.select();
  };
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget as HTMLFormElement).get('code') ?? '');
    const code = latinDigits(typed).replace(/[^0-9]/g, '');
    if (code.length !== CODE_LENGTH) return refuse(t('factor.sixDigits'));
    try {
      await auth.confirmSecondFactor(code);
      handle.close(true);
    } catch (fault) {
      if (!(fault instanceof ClientError)) throw fault;
      refuse(refusalText(locale, fault));
    }
  };
  return html`<form class="x-dialog-form" id="second-factor" novalidate @submit=${onSubmit}>
    <p>${t('security.scan')}</p>
    <div class="x-qr">
      ${qrPicture(factor.uri, t('security.qr'))}
      <div>
        <p class="x-hint">${t('security.secret')}</p>
        <p class="x-secret" dir="ltr"><code>${factor.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
        <button type="button" class="x-button x-button-small" @click=${copying(locale, () => factor.secret)}>
          ${icon('copy')} ${t('security.copy')}
        </button>
      </div>
    </div>
    ${entryField({
      id: 'code',
      label: t('factor.code'),
      error,
      control: (described, invalid) =>
        html`<input
          class="x-input x-ltr x-code"
          id="code"
          name="code"
          dir="ltr"
          inputmode="numeric"
          autocomplete="one-time-code"
          spellcheck="false"
          autofocus
          aria-describedby=${described}
          aria-invalid=${invalid}
        />`,
    })}
  </form>`;
}

/** Dark modules as one path; on white whatever the theme, for cameras. */
function qrPicture(text: string, label: string): TemplateResult {
  const rows = encodeQR(text, 'raw', { border: 2 });
  const path = rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return html`<svg class="x-qr-picture" role="img" aria-label=${label} viewBox=${`0 0 ${rows.length} ${rows.length}`}>
    <rect width="100%" height="100%" fill="#fff" />
    <path d=${path} fill="#000" />
  </svg>`;
}

/** A click handler that copies and says so. */
export function copying(locale: Locale, text: () => string): (event: Event) => Promise<void> {
  return async (event) => {
    const button = event.currentTarget as HTMLElement;
    const done = await copyText(text(), button.parentElement ?? document.body);
    showToast(locale.t(done ? 'security.copied' : 'security.notCopied'), done ? 'done' : 'error');
    button.focus();
  };
}

async function showRecoveryCodes(locale: Locale, codes: readonly string[]): Promise<void> {
  const { t } = locale;
  const text = () => `${codes.join('\n')}\n`;
  const onDownload = () => {
    const url = URL.createObjectURL(new Blob([text()], { type: 'text/plain' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'peyvand-recovery-codes.txt';
    link.click();
    URL.revokeObjectURL(url);
  };
  await openDialog({
    title: t('security.recoveryCodes'),
    locale,
    body: () =>
      html`<p>${t('security.recoveryText')}</p>
        ${
          codes.length === 0
            ? nothing
            : html`<ul class="x-recovery" dir="ltr">
                ${codes.map((code) => html`<li><code>${code}</code></li>`)}
              </ul>`
        }
        <div class="x-recovery-commands">
          <button type="button" class="x-button" @click=${copying(locale, text)}>
            ${icon('copy')} ${t('security.copy')}
          </button>
          <button type="button" class="x-button" @click=${onDownload}>
            ${icon('download')} ${t('security.download')}
          </button>
        </div>`,
    foot: (handle) =>
      html`<button type="button" class="x-button x-button-primary" autofocus @click=${() => handle.close()}>
        ${t('security.recoveryKept')}
      </button>`,
  });
}
