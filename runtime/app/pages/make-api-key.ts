// A new API key: its name, how long it works, what it may; then the key itself, once.
import { html, nothing } from 'lit';
import type { Me } from '../../../metadata/effective.ts';
import type { AuthClient } from '../../client/auth.ts';
import { ClientError } from '../../client/index.ts';
import { openDialog } from '../../ui/dialog/dialog.ts';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { refusalText } from './ask-password.ts';
import { entranceError } from './entrance.ts';
import { entryField, textEntry } from './entry-field.ts';
import { copying } from './set-up-second-factor.ts';

/** Days; 0 = for ever. */
const LIVES = [30, 90, 365, 0] as const;
const USUAL_LIFE = 90;
const DAY = 24 * 3600 * 1000;

/** True once a key was made. */
export async function makeApiKey(locale: Locale, auth: AuthClient, roles: Me['roles']): Promise<boolean> {
  const { t } = locale;
  let message: string | undefined;
  let nameError: string | undefined;
  let narrowed = false;
  let busy = false;
  const made = await openDialog<string>({
    title: t('security.newKey'),
    locale,
    body: (handle) => {
      const onSubmit = async (event: SubmitEvent) => {
        event.preventDefault();
        if (busy) return;
        const data = new FormData(event.currentTarget as HTMLFormElement);
        const name = String(data.get('key-name') ?? '').trim();
        const days = Number(data.get('key-life'));
        const chosen = data.getAll('key-role').map(String);
        message = narrowed && chosen.length === 0 ? t('security.keyNoRole') : undefined;
        nameError = name === '' ? t('setup.fill') : undefined;
        if (message === undefined && nameError === undefined) {
          busy = true;
          try {
            const { key } = await auth.makeKey({
              name,
              ...(days > 0 ? { expiresAt: new Date(Date.now() + days * DAY).toISOString() } : {}),
              ...(narrowed ? { roles: chosen } : {}),
            });
            handle.close(key);
            return;
          } catch (fault) {
            if (!(fault instanceof ClientError)) throw fault;
            message = refusalText(locale, fault);
          } finally {
            busy = false;
          }
        }
        handle.update();
        handle.element.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
      };
      return html`<form class="x-dialog-form" id="new-key" novalidate @submit=${onSubmit}>
        <p>${t('security.newKeyText')}</p>
        ${message === undefined ? nothing : entranceError(message)}
        ${textEntry({
          id: 'key-name',
          label: t('security.keyName'),
          hint: t('security.keyNameHint'),
          maxlength: 100,
          error: nameError,
          focus: true,
        })}
        ${entryField({
          id: 'key-life',
          label: t('security.keyLife'),
          control: () =>
            html`<select class="x-input" id="key-life" name="key-life">
              ${LIVES.map(
                (days) =>
                  html`<option value=${days} ?selected=${days === USUAL_LIFE}>
                    ${days === 0 ? t('security.keyForEver') : t('security.keyDays', { count: days })}
                  </option>`,
              )}
            </select>`,
        })}
        ${
          roles.length < 1
            ? nothing
            : html`<fieldset class="x-key-roles">
                <legend class="x-field-label">${t('security.keyRoles')}</legend>
                <label class="x-check">
                  <input
                    type="checkbox"
                    .checked=${!narrowed}
                    @change=${(event: Event) => {
                      narrowed = !(event.target as HTMLInputElement).checked;
                      handle.update();
                    }}
                  />
                  ${t('security.keyAllRoles')}
                </label>
                ${
                  narrowed
                    ? roles.map(
                        ({ name, title }) =>
                          html`<label class="x-check x-key-role">
                            <input type="checkbox" name="key-role" value=${name} /> ${title}
                          </label>`,
                      )
                    : nothing
                }
              </fieldset>`
        }
      </form>`;
    },
    foot: (handle) =>
      html`<button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
        <button type="submit" form="new-key" class="x-button x-button-primary">${t('security.makeKey')}</button>`,
  });
  if (made === undefined) return false;
  await openDialog({
    title: t('security.keyMade'),
    locale,
    body: () =>
      html`<p>${t('security.keyOnce')}</p>
        <p class="x-secret" dir="ltr"><code>${made}</code></p>
        <div class="x-recovery-commands">
          <button type="button" class="x-button" autofocus @click=${copying(locale, () => made)}>
            ${icon('copy')} ${t('security.copy')}
          </button>
        </div>`,
    foot: (handle) =>
      html`<button type="button" class="x-button x-button-primary" @click=${() => handle.close()}>
        ${t('security.keyKept')}
      </button>`,
  });
  return true;
}
