// A record to be saved seems to be there already: which ones, what they share, and what to do about it.
import { html, nothing } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import type { LookupValue } from '../field-ui.ts';
import type { RecordDraft } from '../form/record-draft.ts';
import { icon } from '../icon.ts';
import { isEmpty, isMergeable } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { openDialog } from './dialog.ts';
import './merge.css';
import type { Duplicate } from './merge-client.ts';

export type DuplicateAnswer =
  | { readonly kind: 'save' }
  /** Save, then merge with the found one. */
  | { readonly kind: 'merge'; readonly id: string }
  /** Do not save: the found one is meant. */
  | { readonly kind: 'take'; readonly record: LookupValue };

export interface DuplicatesOffer {
  /** A found record may be merged with the one that is saved. */
  readonly merges?: boolean;
  /** Records of which entities may be taken instead. */
  takes?(entity: string): boolean;
  /** In the place of words about saving. */
  readonly text?: string;
  readonly anyway?: string;
}

/** `data`: of the refusal (DUPLICATE_FOUND). Undefined: back to editing. */
export async function openDuplicates(
  workspace: Workspace,
  draft: RecordDraft,
  data: Readonly<Record<string, unknown>>,
  offer: DuplicatesOffer,
): Promise<DuplicateAnswer | undefined> {
  const found = (data['duplicates'] ?? []) as readonly Duplicate[];
  // A rule does not let it be saved.
  const refused = data['refused'] === true;
  const { locale } = workspace;
  const { t } = locale;
  const entities = new Map<string, EntityMetadata>();
  for (const name of new Set(found.map((one) => one.entity))) entities.set(name, await workspace.entity(name));
  const types = found.flatMap(({ entity, fields }) =>
    fields.flatMap(({ field }) => entities.get(entity)?.fields[field]?.type ?? []),
  );
  await workspace.fields.load(types);

  const shared = (one: Duplicate) => {
    const entity = entities.get(one.entity);
    return one.fields.flatMap(({ field: name, value }) => {
      const field = entity?.fields[name];
      if (!entity || !field || field.targets || isEmpty(value)) return [];
      const context = fieldContext(workspace, entity, {}, undefined, one.id);
      const text = workspace.fields.of(field.type).text(value, field, context);
      return [html`<span><span class="x-hint">${field.title}</span> <bdi>${text}</bdi></span>`];
    });
  };

  return openDialog<DuplicateAnswer>({
    title: t('duplicates.title'),
    locale,
    body: (handle) => html`
      <p>${offer.text ?? t(refused ? 'duplicates.refused' : 'duplicates.text')}</p>
      <ul class="x-twins">
        ${found.map((one, index) => {
          const entity = entities.get(one.entity);
          const same = one.entity === draft.entity.name;
          return html`<li class="x-twin">
            <span class="x-record-icon">${icon(entity?.icon ?? 'box')}</span>
            <div class="x-twin-text">
              <a
                href=${workspace.recordUrl(one.entity, one.id)}
                target="_blank"
                rel="noopener"
                aria-label=${t('duplicates.open', { name: one.name })}
                ><bdi>${one.name}</bdi> ${icon('external-link')}</a
              >
              <span class="x-hint"
                >${entity?.title ?? one.entity}${one.title === '' ? '' : ` · ${one.title}`}${
                  one.score < 1
                    ? ` · ${t('duplicates.score', { percent: locale.number(one.score, { style: 'percent' }) })}`
                    : ''
                }</span
              >
              <span class="x-twin-shared">${shared(one)}</span>
            </div>
            ${
              offer.takes?.(one.entity) === true
                ? html`<button
                    type="button"
                    class="x-button x-button-small"
                    ?autofocus=${offer.anyway !== undefined && index === 0}
                    @click=${() =>
                      handle.close({ kind: 'take', record: { entity: one.entity, id: one.id, name: one.name } })}
                  >
                    ${t('duplicates.take')}
                  </button>`
                : offer.merges === true && !refused && same && isMergeable(draft.entity)
                  ? html`<button
                      type="button"
                      class="x-button x-button-small"
                      @click=${() => handle.close({ kind: 'merge', id: one.id })}
                    >
                      ${icon('merge')} ${t('duplicates.merge')}
                    </button>`
                  : nothing
            }
          </li>`;
        })}
      </ul>
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" ?autofocus=${refused} @click=${() => handle.close()}>
        ${t('duplicates.back')}
      </button>
      ${
        refused
          ? nothing
          : html`<button
              type="button"
              class="x-button x-button-primary"
              autofocus
              @click=${() => handle.close({ kind: 'save' })}
            >
              ${offer.anyway ?? t('duplicates.anyway')}
            </button>`
      }
    `,
  });
}
