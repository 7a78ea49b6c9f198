// Gives many records the same values: fields are chosen, each with its own control, then the server says how many it meets.
import { html, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata, FieldMetadata } from '../../../metadata/effective.ts';
import { ClientError } from '../../client/index.ts';
import { openDialog, type DialogHandle } from '../../ui/dialog/dialog.ts';
import { lockOf } from '../../ui/field-lock.ts';
import { commitTyping } from '../../ui/form/commit-typing.ts';
import '../../ui/form/form-field.ts';
import { RecordDraft } from '../../ui/form/record-draft.ts';
import { icon } from '../../ui/icon.ts';
import { bodyOf } from '../../ui/record-values.ts';
import { fieldContext, type Workspace } from '../../ui/workspace.ts';
import { bulkLocale } from './bulk-locale.ts';
import './bulk.css';
import { followJob } from './job-card.ts';
import { jobsApi, type Job, type Rows } from './jobs-api.ts';

export interface EditOptions {
  readonly rows: Rows;
  /** As far as the list knows. */
  readonly count: number;
  /** Only this field: who is to have the records. */
  readonly owner?: string | undefined;
  readonly onEnd: () => void;
}

let opened = 0;

export async function editMany(workspace: Workspace, entity: EntityMetadata, options: EditOptions): Promise<void> {
  const api = jobsApi(workspace);
  const locale = await bulkLocale(workspace.locale);
  const { t } = locale;
  const { owner } = options;
  // As a new record without defaults: every chosen field's control stands open.
  const plain: EntityMetadata = {
    ...entity,
    fields: Object.fromEntries(
      Object.values(entity.fields).map(({ default: _default, ...field }) => [
        field.name,
        { ...field, required: false },
      ]),
    ),
  };
  const draft = new RecordDraft({
    entity: plain,
    fields: workspace.fields,
    locale: workspace.locale,
    context: (of) => fieldContext(workspace, plain, of.values, undefined, undefined),
  });
  const offered = Object.values(plain.fields)
    .filter(
      (field) =>
        lockOf(field, false) === undefined && !(field.options['type'] === 'file' || field.options['type'] === 'image'),
    )
    .sort((one, other) => locale.compare(one.title, other.title));
  const idPrefix = `b${++opened}`;
  let chosen: readonly FieldMetadata[] = [];
  let preview: { readonly count: number; readonly version: string } | undefined;
  let leave = true;
  let busy = false;
  let refusal: readonly string[] = [];

  const choose = async (handle: DialogHandle<Job>, name: string): Promise<void> => {
    const field = plain.fields[name];
    if (!field || chosen.includes(field)) return;
    await workspace.fields.load([field.type]);
    chosen = [...chosen, field];
    draft.set(name, null);
    handle.update();
    handle.element.querySelector<HTMLElement>(`#${idPrefix}-${CSS.escape(name)}`)?.focus();
  };
  const change = (): object => {
    const values = Object.fromEntries(chosen.map(({ name }) => [name, draft.value(name)]));
    const set = bodyOf(values, plain, (name) => workspace.app.entities[name]?.set ?? name);
    const [to] = Object.values(set);
    return { ...options.rows, ...(owner === undefined ? { action: 'update', set } : { action: 'assign', to }) };
  };
  const attempt = async (handle: DialogHandle<Job>, work: () => Promise<void>): Promise<void> => {
    if (busy) return;
    commitTyping(handle.element);
    refusal = [];
    if (!draft.checkAll(chosen.map(({ name }) => name))) {
      handle.update();
      return;
    }
    busy = true;
    handle.update();
    try {
      await work();
    } catch (error) {
      const details = error instanceof ClientError ? error.details.map(({ message }) => message) : [];
      refusal = details.length > 0 ? details : [error instanceof Error ? error.message : String(error)];
    } finally {
      busy = false;
      handle.update();
    }
  };

  const fields = (handle: DialogHandle<Job>): TemplateResult => html`
    ${chosen.length === 0 ? html`<p>${t('bulk.noField')}</p>` : nothing}
    <div class="x-edit-many">
      ${chosen.map(
        (field) =>
          html`<div class="x-edit-many-field">
            <x-form-field
              .workspace=${workspace}
              .draft=${draft}
              .field=${field}
              .idPrefix=${idPrefix}
              .open=${true}
            ></x-form-field>
            ${
              owner === undefined
                ? html`<button
                    type="button"
                    class="x-button x-button-quiet x-button-icon x-button-small"
                    aria-label=${t('bulk.removeField', { field: field.title })}
                    @click=${() => {
                      chosen = chosen.filter((one) => one !== field);
                      draft.restore(field.name);
                      handle.update();
                    }}
                  >
                    ${icon('x')}
                  </button>`
                : nothing
            }
          </div>`,
      )}
    </div>
    ${
      owner === undefined
        ? html`<label class="x-edit-many-add">
            <span>${t('bulk.addField')}</span>
            <select
              class="x-input"
              ?autofocus=${true}
              @change=${(event: Event) => {
                const select = event.target as HTMLSelectElement;
                void choose(handle, select.value);
                select.value = '';
              }}
            >
              <option value="">${t('bulk.chooseField')}</option>
              ${offered.filter((field) => !chosen.includes(field)).map((field) => html`<option value=${field.name}>${field.title}</option>`)}
            </select>
          </label>`
        : nothing
    }
  `;
  const confirm = ({ count }: { readonly count: number }): TemplateResult => html`
    <p><strong>${t('bulk.will', { count })}</strong></p>
    <p>${t('bulk.undoable')}</p>
    <label class="x-check">
      <input
        type="checkbox"
        .checked=${leave}
        @change=${(event: Event) => {
          leave = (event.target as HTMLInputElement).checked;
        }}
      />
      <span>${t('bulk.leave')}</span>
    </label>
  `;

  const ownerField = owner === undefined ? undefined : plain.fields[owner];
  if (ownerField) {
    await workspace.fields.load([ownerField.type]);
    chosen = [ownerField];
    draft.set(ownerField.name, null);
  }
  const job = await openDialog<Job>({
    title: t(owner === undefined ? 'bulk.editTitle' : 'bulk.assignTitle', { entity: entity.plural }),
    locale: workspace.locale,
    body: (handle) => html`
      ${preview ? confirm(preview) : fields(handle)}
      ${
        refusal.length > 0
          ? html`<ul class="x-job-errors" role="alert">
              ${refusal.map((one) => html`<li>${one}</li>`)}
            </ul>`
          : nothing
      }
    `,
    foot: (handle) => {
      const before = preview;
      return before
        ? html`<button
              type="button"
              class="x-button"
              @click=${() => {
                preview = undefined;
                handle.update();
              }}
            >
              ${t('bulk.back')}
            </button>
            <button
              type="button"
              class="x-button x-button-primary"
              ?disabled=${busy || before.count === 0}
              @click=${() =>
                attempt(handle, async () => {
                  const since = leave ? { unchangedSince: before.version } : {};
                  handle.close(await api.begin(entity.name, { ...change(), ...since }));
                })}
            >
              ${t('bulk.change')}
            </button>`
        : html`<button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
            <button
              type="button"
              class="x-button x-button-primary"
              ?disabled=${busy || chosen.length === 0}
              @click=${() =>
                attempt(handle, async () => {
                  preview = await api.preview(entity.name, change());
                })}
            >
              ${t('bulk.next')}
            </button>`;
    },
  });
  if (job) await followJob(workspace, job, options.onEnd);
}
