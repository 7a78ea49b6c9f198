// One saved view: what its first page costs now, which index might help, and trying it while people work.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { TryJob, UsedView, ViewAdvice } from './api.ts';
import { attempt, wordsOf } from './context.ts';
import { pageHead } from './parts.ts';
import { keysInWords, tookInWords } from './view-words.ts';

interface Loaded {
  readonly view: UsedView;
  readonly advice: ViewAdvice;
  /** What each proposal holds, in words. */
  readonly proposals: readonly string[];
}

const PAUSE = 700;

export class ViewPage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, trying: { state: true }, said: { state: true } };

  declare trying: TryJob | undefined;
  /** How the last try ended. */
  declare said: string | undefined;

  protected async load(): Promise<Loaded> {
    const { api } = this.context;
    const id = (this.itemId ?? '').replace('/', '/views/');
    const [{ views }, advice] = await Promise.all([api.views(), api.viewAdvice(id)]);
    const proposals = advice.proposals.map(({ keys }) => keysInWords(this.context, advice.entity, keys));
    const view = views.find((one) => one.view === id);
    if (!view) throw new Error(this.context.t('app.notFound'));
    return { view, advice, proposals: await Promise.all(proposals) };
  }

  protected heading(data: Loaded | undefined): string {
    return data?.view.title ?? this.context.t('views');
  }

  protected view({ view, advice, proposals }: Loaded): TemplateResult {
    const { t, locale } = this.context;
    const { trying } = this;
    return html`<div class="x-admin">
      ${pageHead({
        title: view.title,
        back: { href: adminUrl('views'), label: t('views') },
        beside: html`<span class="x-tag" dir="auto">${view.entityTitle}</span>`,
      })}
      <dl class="x-admin-facts">
        <div>
          <dt>${t('view.now')}</dt>
          <dd>${tookInWords(this.context, advice.took)}</dd>
        </div>
        <div>
          <dt>${t('view.reads')}</dt>
          <dd>${t(advice.index === null ? 'view.readsAll' : 'view.readsIndex')}</dd>
        </div>
        <div>
          <dt>${t('view.discarded')}</dt>
          <dd>${locale.number(advice.discarded)}</dd>
        </div>
        <div>
          <dt>${t('view.mean')}</dt>
          <dd>${view.mean === undefined ? t('never') : tookInWords(this.context, view.mean)}</dd>
        </div>
      </dl>
      <section class="x-admin-panel" aria-label=${t('view.proposals')}>
        <header><h2 class="x-admin-h2">${t('view.proposals')}</h2></header>
        ${
          proposals.length === 0
            ? html`<p class="x-admin-text">${t('view.nothing')}</p>`
            : html`<ul>
                  ${proposals.map((words) => html`<li dir="auto">${words}</li>`)}
                </ul>
                <p class="x-admin-text">${t('view.tryText')}</p>
                <div>
                  <button
                    type="button"
                    class="x-button x-button-primary"
                    ?disabled=${trying !== undefined}
                    @click=${() => this.#try(advice.view)}
                  >
                    ${icon('wand-sparkles')}<span>${t('view.try')}</span>
                  </button>
                </div>`
        }
        <p role="status" class="x-admin-text">
          ${
            trying
              ? t('view.trying', { done: locale.number(trying.done), total: locale.number(trying.total ?? 1) })
              : (this.said ?? nothing)
          }
        </p>
      </section>
    </div>`;
  }

  async #try(view: string): Promise<void> {
    const { api, t } = this.context;
    this.said = undefined;
    await attempt(async () => {
      let job = await api.tryView(view);
      try {
        while (!['done', 'failed', 'cancelled'].includes(job.state) && this.isConnected) {
          this.trying = job;
          await new Promise((resolve) => setTimeout(resolve, PAUSE));
          job = await api.job(job.id);
        }
      } finally {
        this.trying = undefined;
      }
      const { result, failure } = job;
      if (!result) throw new Error(failure?.message ?? t('failed'));
      const kept = result.tried.find(({ name }) => name === result.kept);
      const words = (ms: number): string => tookInWords(this.context, ms);
      this.said = kept ? t('view.kept', { before: words(result.before), after: words(kept.after) }) : t('view.dropped');
      await this.reload();
    }).catch((error: unknown) => (this.said = wordsOf(error)));
  }
}

customElements.define('x-admin-view', ViewPage);
