// A new record without leaving the screen: the quick create form in a dialog, answering with the new row as a lookup.
import { html, nothing } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import type { ErrorDetail } from '../../client/index.ts';
import { lockOf } from '../field-lock.ts';
import type { FieldValue, LookupValue } from '../field-ui.ts';
import { commitTyping } from '../form/commit-typing.ts';
import '../form/record-form.ts';
import type { RecordForm } from '../form/record-form.ts';
import { fieldsOfForm, plainForm, typesOf } from '../form/form-layout.ts';
import { showFailure, whyOf } from './show-failure.ts';
import { RecordDraft } from '../form/record-draft.ts';
import { saveRecord } from '../form/save-record.ts';
import type { Values } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { ask, openDialog, type DialogHandle } from './dialog.ts';

let opened = 0;

/** First values without those only the system writes; a name typed for a composed one goes to the first text asked for. */
function writable(entity: EntityMetadata, initial: Values): Values {
  const values: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(initial)) {
    const field = entity.fields[name];
    const taker = field?.readOnly
      ? Object.values(entity.fields).find((one) => one.required && !one.readOnly && one.type === field.type)
      : field;
    if (!taker || (taker.name in initial && taker !== field)) continue;
    if (lockOf(taker, true) === undefined) values[taker.name] = value;
  }
  return values;
}

export async function openQuickCreate(
  workspace: Workspace,
  entityName: string,
  initial: Readonly<Record<string, FieldValue>> = {},
): Promise<LookupValue | undefined> {
  const entity = await workspace.entity(entityName);
  const { locale } = workspace;
  const { t } = locale;
  const form =
    Object.values(entity.forms).find((one) => one.kind === 'quick-create') ?? plainForm(entity, 'quick-create');
  const shown = fieldsOfForm(form, entity);
  await workspace.fields.load(typesOf(shown, entity));
  const draft = new RecordDraft({
    entity,
    fields: workspace.fields,
    locale,
    initial: writable(entity, initial),
    context: (of) => fieldContext(workspace, entity, of.values, undefined, undefined),
  });
  const idPrefix = `q${++opened}`;
  const preset = Object.keys(initial).length;
  let violations: readonly ErrorDetail[] = [];
  let showErrors = false;
  let busy = false;

  const save = async (handle: DialogHandle<LookupValue>) => {
    if (busy) return;
    commitTyping(handle.element);
    const formElement = handle.element.querySelector<RecordForm>('x-record-form');
    showErrors = true;
    violations = [];
    if (draft.checkAll(shown)) {
      busy = true;
      handle.update();
      const outcome = await saveRecord(workspace, draft, undefined, { offer: 'take' }).finally(() => (busy = false));
      if (outcome.kind === 'saved') {
        const name = draft.base[entity.primary];
        handle.close({ entity: entity.name, id: outcome.id, name: typeof name === 'string' ? name : '' });
        return;
      }
      if (outcome.kind === 'existing') {
        handle.close(outcome.record);
        return;
      }
      if (outcome.kind === 'refused') {
        violations = outcome.rest;
        if (whyOf(outcome.error)) showFailure(workspace, outcome.error);
      }
    }
    handle.update();
    await formElement?.focusSummary();
  };

  const answer = openDialog<LookupValue>({
    title: t('quickCreate.title', { entity: entity.title }),
    locale,
    body: (handle) =>
      html`<x-record-form
        .workspace=${workspace}
        .draft=${draft}
        .idPrefix=${idPrefix}
        .form=${form}
        .violations=${violations}
        .showErrors=${showErrors}
        @keydown=${(event: KeyboardEvent) => {
          if ((event.ctrlKey || event.metaKey) && (event.key === 'Enter' || event.key.toLowerCase() === 's')) {
            event.preventDefault();
            event.stopPropagation();
            void save(handle);
          }
        }}
      ></x-record-form>`,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button type="button" class="x-button x-button-primary" ?disabled=${busy} @click=${() => save(handle)}>
        ${busy ? t('common.saving') : t('quickCreate.save')}${nothing}
      </button>
    `,
    leave: async () =>
      Object.keys(draft.changes).length <= preset ||
      (await ask(locale, t('leave.title'), t('leave.text'), [
        { value: 'stay', label: t('leave.stay') },
        { value: 'discard', label: t('leave.discard'), look: 'danger' },
      ])) === 'discard',
  });
  await customElements.whenDefined('x-record-form');
  const dialogs = document.querySelectorAll<RecordForm>('dialog[open] x-record-form');
  await dialogs[dialogs.length - 1]?.focusFirst();
  return answer;
}
