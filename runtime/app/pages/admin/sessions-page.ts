// Where everybody is signed in, the one used last first.
import { html, nothing, type TemplateResult } from 'lit';
import { AdminElement } from './admin-element.ts';
import type { OpenSession } from './api.ts';
import { attempt } from './context.ts';
import { pageHead } from './parts.ts';
import { sessionList } from './sign-in-lists.ts';

interface Loaded {
  readonly sessions: readonly OpenSession[];
  readonly total: number;
}

export class SessionsPage extends AdminElement<Loaded> {
  protected load(): Promise<Loaded> {
    return this.context.api.sessions(0);
  }

  protected heading(): string {
    return this.context.t('sessions');
  }

  protected view({ sessions, total }: Loaded): TemplateResult {
    const { t, locale, api } = this.context;
    return html`<div class="x-admin">
      ${pageHead({ title: t('sessions'), count: locale.number(total) })}
      <p class="x-admin-text">${t('session.text')}</p>
      ${sessionList(this.context, sessions, async (session) => {
        if (await attempt(() => api.endSession(session.id), t('session.ended'))) await this.reload();
      })}
      ${
        sessions.length < total
          ? html`<div class="x-admin-foot">
              <button
                type="button"
                class="x-button"
                @click=${() =>
                  attempt(async () => {
                    const more = await api.sessions(sessions.length);
                    this.data = { sessions: [...sessions, ...more.sessions], total: more.total };
                  })}
              >
                ${t('showMore', { shown: locale.number(sessions.length), total: locale.number(total) })}
              </button>
            </div>`
          : nothing
      }
    </div>`;
  }
}

customElements.define('x-admin-sessions', SessionsPage);
