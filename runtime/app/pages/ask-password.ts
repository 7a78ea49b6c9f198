// Dialogs that ask for the password: before something that guards the account changes, and for a new one.
import { html, nothing } from 'lit';
import { ClientError } from '../../client/index.ts';
import { openDialog } from '../../ui/dialog/dialog.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { entranceError } from './entrance.ts';
import { SHORTEST } from './password-strength.ts';
import './password-field.ts';

/** What went wrong, in words: a lock-out with its time, else the server's own. */
export function refusalText(locale: Locale, error: unknown): string {
  const { t } = locale;
  if (!(error instanceof ClientError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 429) return t('security.locked', { count: Math.ceil((error.retryAfter ?? 60) / 60) });
  const key = `security.error.${error.code}`;
  return t(key) === key ? (error.details[0]?.message ?? error.message) : t(key);
}

export interface PasswordQuestion {
  readonly locale: Locale;
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly danger?: boolean;
  /** Asks for a new password too; `known` is what a guesser tries first. */
  readonly fresh?: { readonly known: readonly string[] };
  /** Throws where the server refuses; the dialog then says so and stays. */
  send(password: string, fresh: string): Promise<void>;
}

/** True once it was done; undefined when the dialog was left. */
export function askPassword(question: PasswordQuestion): Promise<true | undefined> {
  const { locale, fresh } = question;
  const { t } = locale;
  let message: string | undefined;
  let errors: Readonly<Record<string, string>> = {};
  let busy = false;
  const valueOf = (root: HTMLElement, name: string) =>
    root.querySelector<HTMLInputElement>(`input[name="${name}"]`)?.value ?? '';

  return openDialog<true>({
    title: question.title,
    locale,
    body: (handle) => {
      // The password field draws its error a moment later.
      const focusError = () =>
        requestAnimationFrame(() =>
          (
            handle.element.querySelector<HTMLElement>('[aria-invalid=true]') ?? handle.element.querySelector('input')
          )?.focus(),
        );
      const onSubmit = async (event: SubmitEvent) => {
        event.preventDefault();
        if (busy) return;
        const [password, next] = [valueOf(handle.element, 'password'), valueOf(handle.element, 'new-password')];
        message = undefined;
        errors = {
          ...(password === '' ? { password: t('setup.fill') } : {}),
          ...(fresh && [...next].length < SHORTEST
            ? { 'new-password': t('password.tooShort', { count: SHORTEST }) }
            : {}),
        };
        if (Object.keys(errors).length === 0) {
          busy = true;
          handle.update();
          try {
            await question.send(password, next);
            handle.close(true);
            return;
          } catch (error) {
            if (error instanceof ClientError && error.code === 'PASSWORD_WRONG')
              errors = { password: t('security.error.PASSWORD_WRONG') };
            else message = refusalText(locale, error);
          } finally {
            busy = false;
          }
        }
        handle.update();
        focusError();
      };
      return html`<form class="x-dialog-form" id="ask-password" novalidate @submit=${onSubmit}>
        <p>${question.text}</p>
        ${message === undefined ? nothing : entranceError(message)}
        <x-password-field
          autofocus
          .locale=${locale}
          .name=${'password'}
          .label=${t('security.currentPassword')}
          .error=${errors['password']}
        ></x-password-field>
        ${
          fresh
            ? html`<x-password-field
                .locale=${locale}
                .name=${'new-password'}
                .label=${t('password.new')}
                .fresh=${true}
                .known=${fresh.known}
                .error=${errors['new-password']}
              ></x-password-field>`
            : nothing
        }
      </form>`;
    },
    foot: (handle) =>
      html`<button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
        <button
          type="submit"
          form="ask-password"
          class="x-button ${question.danger ? 'x-button-danger' : 'x-button-primary'}"
          ?disabled=${busy}
        >
          ${question.button}
        </button>`,
  });
}
