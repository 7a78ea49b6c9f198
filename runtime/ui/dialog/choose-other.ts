// The record to merge with: what the duplicate rules find, or what is searched for.
import { html, nothing } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { icon } from '../icon.ts';
import type { Workspace } from '../workspace.ts';
import { openDialog } from './dialog.ts';
import { duplicatesOf } from './merge-client.ts';
import './merge.css';

interface Candidate {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
}

const SHOWN = 8;

/** The chosen record's id; undefined when the dialog was left. */
export async function chooseOther(
  workspace: Workspace,
  entity: EntityMetadata,
  id: string,
  name: string,
): Promise<string | undefined> {
  const { locale, client } = workspace;
  const { t } = locale;
  const duplicates = await duplicatesOf(client, entity.set, id).catch(() => []);
  const found = duplicates
    .filter((one) => one.entity === entity.name)
    .map((one): Candidate => ({ id: one.id, name: one.name, hint: one.title }));
  let results: readonly Candidate[] = [];
  let asked = 0;

  const search = async (text: string, update: () => void) => {
    const number = ++asked;
    const wire = entity.fields[entity.primary]?.wire ?? entity.primary;
    const page =
      text === ''
        ? { rows: [] }
        : await client
            .list(entity.set, { search: text, select: [entity.key, wire], top: SHOWN + 1 })
            .catch(() => ({ rows: [] }));
    if (number !== asked) return;
    results = page.rows
      .map((row): Candidate => ({ id: String(row[entity.key]), name: String(row[wire] ?? ''), hint: '' }))
      .filter((one) => one.id !== id)
      .slice(0, SHOWN);
    update();
  };

  return openDialog<string>({
    title: t('merge.chooseTitle', { name }),
    locale,
    body: (handle) => {
      const list = (title: string, candidates: readonly Candidate[]) =>
        candidates.length === 0
          ? nothing
          : html`<h3 class="x-twins-title">${title}</h3>
              <ul class="x-twins">
                ${candidates.map(
                  (one) =>
                    html`<li>
                      <button type="button" class="x-twin x-twin-button" @click=${() => handle.close(one.id)}>
                        <span class="x-record-icon">${icon(entity.icon ?? 'box')}</span>
                        <span class="x-twin-text">
                          <bdi>${one.name === '' ? t('grid.unnamed') : one.name}</bdi>
                          ${one.hint === '' ? nothing : html`<span class="x-hint">${one.hint}</span>`}
                        </span>
                        ${icon('chevron-right')}
                      </button>
                    </li>`,
                )}
              </ul>`;
      return html`
        <p>${t(found.length > 0 ? 'merge.chooseText' : 'merge.none')}</p>
        ${list(t('merge.found'), found)}
        <div class="x-input-row x-twins-search">
          ${icon('search')}
          <input
            type="search"
            dir="auto"
            autofocus
            aria-label=${t('merge.search', { entity: entity.plural })}
            placeholder=${t('merge.search', { entity: entity.plural })}
            @input=${(event: Event) => void search((event.target as HTMLInputElement).value.trim(), handle.update)}
          />
        </div>
        <div role="status">${list(t('merge.results'), results)}</div>
      `;
    },
    foot: (handle) =>
      html`<button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>`,
  });
}
