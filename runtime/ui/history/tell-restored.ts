// What a restore did, and what stood against it, in the user's words.
import { html } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import type { ClientError } from '../../client/index.ts';
import { openDialog } from '../dialog/dialog.ts';
import { showToast } from '../dialog/toast.ts';
import type { Locale } from '../locale/index.ts';
import type { Restored } from './audit-api.ts';

export function tellRestored({ created, restored, skipped }: Restored, entity: EntityMetadata, { t }: Locale): void {
  const done = created
    ? t('broughtBack')
    : restored.length === 0
      ? t('restoredNothing')
      : t('restored', { count: restored.length });
  const title = (name: string): string => entity.fields[name]?.title ?? name;
  const rest = skipped.map(({ field, reason }) => `${title(field)} (${t(`skip.${reason}`)})`);
  const fields = rest.join(t('common.listSeparator'));
  showToast(rest.length === 0 ? done : `${done}. ${t('skipped', { fields })}`);
}

/** Every field that no longer fits is named. */
export function tellRefusal(error: ClientError, locale: Locale): void {
  const { t } = locale;
  if (error.status === 412) {
    showToast(t('stale'), 'error');
    return;
  }
  if (error.details.length === 0) {
    showToast(error.message, 'error');
    return;
  }
  void openDialog({
    title: t('refused'),
    locale,
    body: () =>
      html`<ul class="x-refusals">
        ${error.details.map(({ message }) => html`<li>${message}</li>`)}
      </ul>`,
    foot: (handle) =>
      html`<button type="button" class="x-button x-button-primary" autofocus @click=${() => handle.close()}>
        ${t('common.close')}
      </button>`,
  });
}
