// What saved views cost people, the slowest first, and the indexes that were made for some.
import { html, nothing, type TemplateResult } from 'lit';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { UsedView, ViewIndex, ViewUses } from './api.ts';
import { attempt } from './context.ts';
import { pageHead, table } from './parts.ts';
import { keysInWords, tookInWords } from './view-words.ts';

interface Loaded extends ViewUses {
  /** What each index holds, in words. */
  readonly words: ReadonlyMap<string, string>;
}

export class ViewsPage extends AdminElement<Loaded> {
  protected async load(): Promise<Loaded> {
    const uses = await this.context.api.views();
    const words = await Promise.all(
      uses.indexes.map(
        async ({ name, entity, keys }) => [name, await keysInWords(this.context, entity, keys)] as const,
      ),
    );
    return { ...uses, words: new Map(words) };
  }

  protected heading(): string {
    return this.context.t('views');
  }

  protected view({ views, indexes, words }: Loaded): TemplateResult {
    const { t, locale } = this.context;
    const took = (ms: number | undefined): unknown =>
      ms === undefined ? '' : html`<span class="x-num">${tookInWords(this.context, ms)}</span>`;
    return html`<div class="x-admin">
      ${pageHead({ title: t('views'), count: locale.number(views.length) })}
      <p class="x-admin-text">${t('view.text')}</p>
      ${indexes.length > 0 ? this.#indexes(indexes, views, words) : nothing}
      ${table(
        t('views'),
        views,
        [
          {
            title: t('view.view'),
            names: true,
            cell: (one) =>
              html`<a href=${adminUrl('views', idOf(one.view))} dir="auto">${one.title}</a
                ><span class="x-admin-second" dir="auto">${one.entityTitle}</span>`,
          },
          { title: t('view.mean'), cell: ({ mean }) => took(mean) },
          { title: t('view.longest'), cell: ({ longest }) => took(longest) },
          {
            title: t('view.runs'),
            cell: ({ runs }) => (runs === 0 ? '' : html`<span class="x-num">${locale.number(runs)}</span>`),
          },
          { title: t('view.last'), cell: ({ lastAt }) => (lastAt === undefined ? '' : locale.dateTime(lastAt)) },
        ],
        html`<p>${t('common.none')}</p>`,
      )}
    </div>`;
  }

  #indexes(
    indexes: readonly ViewIndex[],
    views: readonly UsedView[],
    words: ReadonlyMap<string, string>,
  ): TemplateResult {
    const { t, api } = this.context;
    const titleOf = (view: string): string => views.find((one) => one.view === view)?.title ?? view;
    return html`<section class="x-admin-panel" aria-label=${t('view.made')}>
      <header><h2 class="x-admin-h2">${t('view.made')}</h2></header>
      ${table(
        t('view.made'),
        indexes,
        [
          {
            title: t('view.index'),
            names: true,
            cell: ({ name, view }) =>
              html`<span dir="auto">${words.get(name) ?? ''}</span
                ><span class="x-admin-second" dir="auto">${t('view.for', { view: titleOf(view) })}</span>`,
          },
          {
            title: t('view.gain'),
            cell: ({ before, after }) =>
              html`<span class="x-num"
                >${t('view.fromTo', { before: tookInWords(this.context, before), after: tookInWords(this.context, after) })}</span
              >`,
          },
          {
            title: t('view.takeBack'),
            silent: true,
            cell: ({ name }) =>
              html`<button
                type="button"
                class="x-button x-button-quiet"
                @click=${async () => {
                  if (await attempt(() => api.takeBackIndex(name), t('view.takenBack'))) await this.reload();
                }}
              >
                ${t('view.takeBack')}
              </button>`,
          },
        ],
        nothing,
      )}
    </section>`;
  }
}

/** `account/views/active` → `account/active`, as the address has it. */
const idOf = (view: string): string => view.replace('/views/', '/');

customElements.define('x-admin-views', ViewsPage);
