// What a record that was found shows of itself: its name, and the line that says why it was found, with the matches marked.
import { html, type TemplateResult } from 'lit';
import type { EntitySummary } from '../../metadata/effective.ts';
import type { Hit } from '../client/search.ts';
import { SEARCH_PATH } from './address.ts';

export const searchUrl = (text: string, entity?: string): string =>
  `${SEARCH_PATH}?${new URLSearchParams({ q: text, ...(entity !== undefined && { entity }) })}`;

function marked(parts: readonly string[]): readonly unknown[] {
  return parts.map((part, index) => (index % 2 === 1 ? html`<mark>${part}</mark>` : part));
}

export function hitName(hit: Hit, entity: EntitySummary | undefined, unnamed: string): TemplateResult {
  const inName = hit.highlights.find(({ field }) => field === entity?.primary);
  return html`<span class="x-hit-name" dir="auto">${inName ? marked(inName.parts) : (hit.name ?? unnamed)}</span>`;
}

/** The first match beside the name, or what else tells the record from others. */
export function hitDetail(hit: Hit, entity: EntitySummary | undefined): TemplateResult | undefined {
  const beside = hit.highlights.find(({ field }) => field !== entity?.primary);
  const detail = beside ? marked(beside.parts) : hit.secondary;
  return detail === null ? undefined : html`<span class="x-hit-detail" dir="auto">${detail}</span>`;
}
