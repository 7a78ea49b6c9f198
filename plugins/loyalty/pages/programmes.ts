// The programmes that the reader may choose from, and which one the address names.
import { html, type TemplateResult } from 'lit';
import type { ContributionContext } from 'peyvand/ui';

export interface Programme {
  readonly id: string;
  readonly name: string;
}

export async function programmesOf({ client }: Pick<ContributionContext, 'client'>): Promise<readonly Programme[]> {
  const rows = await client.list(
    'loyaltyprogram',
    '$select=loyaltyprogramid,name&$filter=statecode eq 0&$orderby=name',
  );
  return rows.map((row) => ({ id: String(row['loyaltyprogramid']), name: String(row['name']) }));
}

export function programmeChoice(
  { go, texts }: Pick<ContributionContext, 'go' | 'texts'>,
  page: string,
  programmes: readonly Programme[],
  chosen: string,
): TemplateResult {
  const change = (event: Event): void => {
    go(`/page/${page}?program=${(event.target as HTMLSelectElement).value}`);
  };
  return html`<label class="x-loyalty-field">
    <span>${texts('page.program')}</span>
    <select class="x-input" @change=${change}>
      ${programmes.map(({ id, name }) => html`<option value=${id} ?selected=${id === chosen}>${name}</option>`)}
    </select>
  </label>`;
}
