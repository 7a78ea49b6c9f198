// Inviting somebody: a mail where mails go out, else a link to hand over.
import { html } from 'lit';
import { openDialog } from '../../../ui/dialog/dialog.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { icon } from '../../../ui/icon.ts';
import { wordsOf, type AdminContext } from './context.ts';

export async function showInvitation(context: AdminContext, userId: string, name: string): Promise<void> {
  const { t, locale, api } = context;
  let answer: Awaited<ReturnType<typeof api.invite>>;
  try {
    answer = await api.invite(userId);
  } catch (error) {
    showToast(wordsOf(error), 'error');
    return;
  }
  const { sent, link } = answer;
  if (sent || link === undefined) {
    showToast(t('invite.sent', { name }));
    return;
  }
  await openDialog<void>({
    title: t('invite.title', { name }),
    locale,
    body: () =>
      html`<div class="x-admin-form">
        <p>${t('invite.text')}</p>
        <input
          class="x-input x-ltr"
          dir="ltr"
          readonly
          autofocus
          aria-label=${t('invite.link')}
          .value=${link}
          @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
        />
      </div>`,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.close')}</button>
      <button
        type="button"
        class="x-button x-button-primary"
        @click=${async () => {
          handle.element.querySelector('input')?.select();
          // Without a secure context the text stays selected for Ctrl+C.
          await navigator.clipboard?.writeText(link).then(
            () => showToast(t('invite.copied')),
            () => undefined,
          );
        }}
      >
        ${icon('copy')}${t('invite.copy')}
      </button>
    `,
  });
}
