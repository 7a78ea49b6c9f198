// Everybody's API keys.
import { html, type TemplateResult } from 'lit';
import { ask } from '../../../ui/dialog/dialog.ts';
import { AdminElement } from './admin-element.ts';
import type { UserKey } from './api.ts';
import { attempt } from './context.ts';
import { pageHead } from './parts.ts';
import { keyList } from './sign-in-lists.ts';

export class KeysPage extends AdminElement<readonly UserKey[]> {
  protected load(): Promise<readonly UserKey[]> {
    return this.context.api.keys();
  }

  protected heading(): string {
    return this.context.t('keys');
  }

  protected view(keys: readonly UserKey[]): TemplateResult {
    const { t, locale } = this.context;
    return html`<div class="x-admin">
      ${pageHead({ title: t('keys'), count: locale.number(keys.length) })}
      <p class="x-admin-text">${t('key.text')}</p>
      ${keyList(this.context, keys, (key) => void this.#end(key))}
    </div>`;
  }

  async #end(key: UserKey): Promise<void> {
    const { t, locale, api } = this.context;
    const choice = await ask(locale, t('key.endTitle', { name: key.name }), t('key.endText'), [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('key.end'), look: 'danger' },
    ]);
    if (choice === 'yes' && (await attempt(() => api.endKey(key.id), t('key.ended')))) await this.reload();
  }
}

customElements.define('x-admin-keys', KeysPage);
