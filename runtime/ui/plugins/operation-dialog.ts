// The dialog of a command, made from its operation's parameters: each is drawn by the field type that holds such values, what the
// server refuses stands beside it.
import { html } from 'lit';
import type {
  CommandField,
  CommandMetadata,
  EntityMetadata,
  FieldMetadata,
  FormMetadata,
} from '../../../metadata/effective.ts';
import { ClientError, type ErrorDetail } from '../../client/index.ts';
import { openDialog, type DialogHandle } from '../dialog/dialog.ts';
import { showFailure, whyOf } from '../dialog/show-failure.ts';
import type { FieldValue, LookupValue } from '../field-ui.ts';
import { commitTyping } from '../form/commit-typing.ts';
import { fieldsOfForm, typesOf } from '../form/form-layout.ts';
import { RecordDraft } from '../form/record-draft.ts';
import '../form/record-form.ts';
import type { RecordForm } from '../form/record-form.ts';
import type { Values } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { evaluate } from './command-when.ts';
import { pluginLocale } from './plugin-locale.ts';

type Parameter = NonNullable<CommandMetadata['operation']>['parameters'][number];

export interface OperationAsked {
  readonly record: Values | undefined;
  readonly ids: readonly string[];
  call(parameters: Readonly<Record<string, unknown>>): Promise<void>;
}

/** By this parameter an operation goes on although what it would make seems to be there; the dialog of what was found asks it. */
const ANYWAY = 'SuppressDuplicateDetection';

/** Field types by the types of parameters; what is not here cannot be asked for. */
const fieldTypes: Readonly<Record<string, string>> = {
  text: 'text',
  boolean: 'yes-no',
  integer: 'whole-number',
  decimal: 'decimal',
  date: 'date',
  'date-time': 'date-time',
  id: 'text',
  entity: 'lookup',
  json: 'json',
};

/** Parameters that the dialog asks for, in the order of the command's `fields`, then as the operation has them. */
function askedFor({ operation, fields }: CommandMetadata): readonly Parameter[] {
  const order = Object.keys(fields);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return (operation?.parameters ?? [])
    .filter(({ name, type, optional, collection, entity }) => {
      const field = fields[name];
      if (field && ('value' in field || field.record === true || field.omit === true)) return false;
      if (collection || fieldTypes[type] === undefined) return false;
      if (type === 'entity' && entity === undefined && field?.entity === undefined && field?.field === undefined)
        return false;
      // Nobody asked for these: what programs send, people need not see.
      return field !== undefined || optional !== true;
    })
    .toSorted((a, b) => place(a.name) - place(b.name));
}

export function hasDialog(command: CommandMetadata): boolean {
  return askedFor(command).length > 0;
}

/** `CreateAccount` → `Create account`, where nobody gave it a title. */
function wordsOf(name: string): string {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function fieldOf(parameter: Parameter, said: CommandField | undefined, entity: EntityMetadata): FieldMetadata {
  const { name, type, optional } = parameter;
  const like = said?.field === undefined ? undefined : entity.fields[said.field];
  const target = parameter.entity ?? said?.entity;
  const description = said?.description;
  const reasons =
    said?.state === undefined ? undefined : entity.status?.find(({ state }) => state === said.state)?.reasons;
  const { default: _default, secured: _secured, description: _said, ...own } = like ?? ({} as Partial<FieldMetadata>);
  return {
    type: said?.multiline === true ? 'multiline' : (fieldTypes[type] ?? 'text'),
    options: {},
    ...(target === undefined ? {} : { targets: [{ entity: target, navigation: name }] }),
    operators: [],
    sortable: false,
    ...own,
    ...(reasons && { choices: reasons }),
    name,
    wire: name,
    title: said?.title ?? like?.title ?? wordsOf(name),
    ...(description === undefined ? {} : { description }),
    // An unchecked box is an answer.
    required: type !== 'boolean' && (said?.required ?? optional !== true),
    readOnly: false,
    immutable: false,
  };
}

/** The dialog's fields as an entity that has them. */
function dialogEntity(command: CommandMetadata, entity: EntityMetadata, asked: readonly Parameter[]): EntityMetadata {
  const fields = asked.map((one) => fieldOf(one, command.fields[one.name], entity));
  return {
    ...entity,
    fields: Object.fromEntries(fields.map((field) => [field.name, field])),
    primary: fields[0]?.name ?? entity.primary,
    navigation: {},
    forms: {},
    views: {},
    commands: [],
    status: [],
  };
}

async function firstValues(
  command: CommandMetadata,
  asked: readonly Parameter[],
  { fields }: EntityMetadata,
  record: Values,
): Promise<Values> {
  const values: Record<string, FieldValue> = {};
  for (const { name, type } of asked) {
    const said = command.fields[name];
    const worked = said?.from === undefined ? undefined : await evaluate(said.from, record);
    const reason = said?.state === undefined ? undefined : fields[name]?.choices?.[0]?.value;
    const first = worked ?? said?.default ?? reason ?? (type === 'boolean' ? false : undefined);
    if (first !== undefined) values[name] = first;
  }
  return values;
}

function parametersOf(
  command: CommandMetadata,
  asked: readonly Parameter[],
  draft: RecordDraft,
): Readonly<Record<string, unknown>> {
  const parameters: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(command.fields)) if ('value' in field) parameters[name] = field.value;
  for (const { name, type } of asked) {
    const value = draft.value(name);
    if (value === null || value === undefined || value === '') continue;
    const lookup = draft.entity.fields[name]?.targets ? (value as LookupValue) : undefined;
    parameters[name] = !lookup ? value : type === 'entity' ? { entity: lookup.entity, id: lookup.id } : lookup.id;
  }
  return parameters;
}

let opened = 0;

/** True when the operation has run. */
export async function openOperation(
  workspace: Workspace,
  of: EntityMetadata,
  command: CommandMetadata,
  { record, ids, call }: OperationAsked,
): Promise<boolean> {
  const locale = await pluginLocale(workspace.locale);
  const { t } = locale;
  const canGoOn = command.operation?.parameters.some(({ name }) => name === ANYWAY) === true;
  // Of several rows nobody wants to be asked for each.
  const asked = askedFor(command).filter(({ name }) => ids.length > 1 || name !== ANYWAY);
  const entity = dialogEntity(command, of, asked);
  const form: FormMetadata = {
    id: 'operation',
    title: command.title,
    kind: 'quick-create',
    header: [],
    tabs: [
      {
        id: 'fields',
        title: command.title,
        columns: [
          {
            id: 'fields',
            width: 1,
            sections: [{ id: 'fields', columns: 1, items: asked.map(({ name }) => ({ id: name })) }],
          },
        ],
      },
    ],
  };
  const shown = fieldsOfForm(form, entity);
  await workspace.fields.load(typesOf(shown, entity));
  const draft = new RecordDraft({
    entity,
    fields: workspace.fields,
    locale,
    initial: await firstValues(command, asked, entity, record ?? {}),
    // Dependent controls see the record they are about, and what stands in the dialog.
    context: (draft) => fieldContext(workspace, entity, { ...record, ...draft.values }, undefined, ids[0]),
  });
  const idPrefix = `o${++opened}`;
  let violations: readonly ErrorDetail[] = [];
  let showErrors = false;
  let busy = false;
  let anyway = false;

  /** What is there already: the user takes it where the dialog asks for such a row, or goes on. False: back to the dialog. */
  const settleDuplicates = async ({ data }: ClientError): Promise<boolean> => {
    const { openDuplicates } = await import('../dialog/duplicates-dialog.ts');
    const lookupFor = (target: string): string | undefined =>
      asked.find(({ name, type }) => type === 'entity' && entity.fields[name]?.targets?.[0]?.entity === target)?.name;
    const answer = await openDuplicates(workspace, draft, canGoOn ? data : { ...data, refused: true }, {
      takes: (target) => lookupFor(target) !== undefined,
      text: t('plugins.known'),
      anyway: t('plugins.goOn'),
    });
    if (!answer) return false;
    if (answer.kind === 'take') draft.set(lookupFor(answer.record.entity) ?? '', answer.record);
    else anyway = true;
    return true;
  };

  const run = async (handle: DialogHandle<true>): Promise<void> => {
    if (busy) return;
    commitTyping(handle.element);
    showErrors = true;
    violations = [];
    if (draft.checkAll(shown)) {
      busy = true;
      handle.update();
      try {
        await call({ ...parametersOf(command, asked, draft), ...(anyway && { [ANYWAY]: true }) });
        handle.close(true);
        return;
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        if (error.code === 'DUPLICATE_FOUND' && Array.isArray(error.data['duplicates'])) {
          busy = false;
          handle.update();
          if (await settleDuplicates(error)) return await run(handle);
          return;
        }
        const rest = draft.takeViolations(error.details);
        violations = error.details.length > 0 ? rest : [{ code: error.code, target: '', message: error.message }];
        if (whyOf(error)) showFailure(workspace, error);
      } finally {
        busy = false;
      }
    }
    handle.update();
    await handle.element.querySelector<RecordForm>('x-record-form')?.focusSummary();
  };

  const answer = openDialog<true>({
    title: ids.length > 1 ? t('plugins.runFor', { title: command.title, count: ids.length }) : command.title,
    locale,
    body: (handle) =>
      html`${command.confirm === undefined ? '' : html`<p>${command.confirm}</p>`}<x-record-form
          .workspace=${workspace}
          .draft=${draft}
          .idPrefix=${idPrefix}
          .form=${form}
          .violations=${violations}
          .showErrors=${showErrors}
          @keydown=${(event: KeyboardEvent) => {
            if (!(event.ctrlKey || event.metaKey) || event.key !== 'Enter') return;
            event.preventDefault();
            event.stopPropagation();
            void run(handle);
          }}
        ></x-record-form>`,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button
        type="button"
        class="x-button ${command.destructive ? 'x-button-danger' : 'x-button-primary'}"
        ?disabled=${busy}
        @click=${() => run(handle)}
      >
        ${busy ? t('plugins.running') : command.title}
      </button>
    `,
  });
  await customElements.whenDefined('x-record-form');
  const dialogs = document.querySelectorAll<RecordForm>('dialog[open] x-record-form');
  await dialogs[dialogs.length - 1]?.focusFirst();
  return (await answer) === true;
}
