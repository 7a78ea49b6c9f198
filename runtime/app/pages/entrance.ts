// The frame of the pages before the app: a card with the mark, and below it the other language.
import { html, type TemplateResult } from 'lit';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import './entrance.css';

export interface Entrance {
  readonly locale: Locale;
  readonly wide?: boolean;
  /** More beside the language button. */
  readonly beside?: unknown;
  onLanguage(tag: string): void;
}

export function entrance({ locale, wide, beside, onLanguage }: Entrance, content: unknown): TemplateResult {
  const other = locale.language === 'fa' ? { tag: 'en', title: 'English' } : { tag: 'fa', title: 'فارسی' };
  return html`<main class="x-entrance">
    <div class="x-entrance-card ${wide ? 'x-entrance-wide' : ''}">
      <svg class="x-entrance-mark" viewBox="0 0 32 32" aria-hidden="true">
        <circle cx="12" cy="16" r="6.5" />
        <circle cx="20" cy="16" r="6.5" class="x-brand-second" />
      </svg>
      ${content}
    </div>
    <div class="x-entrance-below">
      <button type="button" class="x-button x-button-quiet" lang=${other.tag} @click=${() => onLanguage(other.tag)}>
        ${icon('languages')} ${other.title}
      </button>
      ${beside}
    </div>
  </main>`;
}

/** What stands in the way, told at once to screen readers too. */
export function entranceError(content: unknown): TemplateResult {
  return html`<p class="x-entrance-error" role="alert">${icon('circle-alert')}<span>${content}</span></p>`;
}

export function entranceNote(content: unknown): TemplateResult {
  return html`<p class="x-entrance-note" role="status">${icon('info')}<span>${content}</span></p>`;
}
