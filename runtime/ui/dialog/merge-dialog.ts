// Two records side by side: which one stays, which values it keeps, what goes along; then the merge, and the way back.
import { html, nothing } from 'lit';
import type { EntityMetadata, FieldMetadata } from '../../../metadata/effective.ts';
import { ClientError, type Row } from '../../client/index.ts';
import type { LookupValue } from '../field-ui.ts';
import { icon } from '../icon.ts';
import { bodyOf, isEmpty, sameValue, valueOf } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { openDialog } from './dialog.ts';
import { mergeRows, movingWith, undoMerge, type Moving } from './merge-client.ts';
import './merge.css';
import { showToast } from './toast.ts';

type Side = 0 | 1;

/** Merges after asking; answers the id of the record that stays. `onUndone` is called when the user takes it back. */
export async function mergeRecords(
  workspace: Workspace,
  entity: EntityMetadata,
  ids: readonly [string, string],
  onUndone: () => void,
): Promise<string | undefined> {
  const { client, locale } = workspace;
  const { t } = locale;
  let rows: readonly [Row, Row];
  try {
    const [one, other] = await Promise.all(ids.map((id) => client.retrieve(entity.set, id)));
    if (!one || !other) return undefined;
    rows = [one.row, other.row];
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    showToast(error.message, 'error');
    return undefined;
  }
  const fields = choosable(entity);
  await workspace.fields.load(fields.map(({ type }) => type));
  const differing = fields.filter(
    (field) => !sameValue(valueOf(rows[0], field), valueOf(rows[1], field), workspace.fields.of(field.type)),
  );
  const equal = fields.filter((field) => !differing.includes(field) && !isEmpty(valueOf(rows[0], field)));
  const nameOf = (side: Side): string => {
    const name = rows[side][entity.fields[entity.primary]?.wire ?? ''];
    return typeof name === 'string' && name !== '' ? name : t('grid.unnamed');
  };

  let winner: Side = better(rows, fields);
  const chosen = new Map<string, Side>();
  let touched = new Set<string>();
  const byDefault = () => {
    for (const field of differing) {
      if (touched.has(field.name)) continue;
      const own = isEmpty(valueOf(rows[winner], field));
      chosen.set(field.name, own && !refersTo(rows, field, other(winner), ids[winner]) ? other(winner) : winner);
    }
  };
  byDefault();
  const previews = new Map<Side, readonly Moving[]>();
  let problem = '';
  let busy = false;

  const preview = async (update: () => void) => {
    const loser = other(winner);
    if (previews.has(loser)) return;
    const found = await movingWith(client, entity.name, ids[loser]).catch(() => []);
    previews.set(loser, found);
    update();
  };
  const content = (): Row => {
    const loser = other(winner);
    const changes = differing
      .filter((field) => chosen.get(field.name) === loser)
      .map((field) => [field.name, valueOf(rows[loser], field)] as const);
    return bodyOf(Object.fromEntries(changes), entity, (name) => workspace.app.entities[name]?.set ?? name);
  };

  const done = await openDialog<string>({
    title: t('merge.title'),
    wide: true,
    locale,
    body: (handle) => {
      void preview(handle.update);
      const moving = previews.get(other(winner));
      return html`
        <p>${t('merge.text')}</p>
        ${problem === '' ? nothing : html`<p class="x-merge-problem" role="alert">${icon('circle-alert')} ${problem}</p>`}
        <fieldset class="x-merge-heads">
          <legend>${t('merge.survivor')}</legend>
          ${([0, 1] as const).map(
            (which) =>
              html`<div class="x-merge-head" data-chosen=${which === winner}>
                <input
                  type="radio"
                  name="merge-winner"
                  aria-label=${nameOf(which)}
                  .checked=${which === winner}
                  ?disabled=${busy}
                  @change=${() => {
                    winner = which;
                    touched = new Set();
                    byDefault();
                    handle.update();
                  }}
                />
                <span class="x-merge-name">
                  <a href=${workspace.recordUrl(entity.name, ids[which])} target="_blank" rel="noopener"
                    ><bdi>${nameOf(which)}</bdi></a
                  >
                  <span class="x-hint"
                    >${which === winner ? html`<b>${t('merge.stays')}</b> · ` : nothing}${modified(which)}</span
                  >
                </span>
              </div>`,
          )}
        </fieldset>
        <h3 class="x-twins-title">${t(differing.length > 0 ? 'merge.fields' : 'merge.nothingDiffers')}</h3>
        <div class="x-merge-fields">
          ${differing.map((field) => {
            const ui = workspace.fields.of(field.type);
            return html`<fieldset class="x-merge-field">
              <legend>${field.title}</legend>
              ${([0, 1] as const).map((which) => {
                const value = valueOf(rows[which], field);
                const context = fieldContext(workspace, entity, {}, rows[which], ids[which]);
                const shown = isEmpty(value) ? t('common.empty') : ui.text(value, field, context);
                // A record that would refer to itself refers to nothing.
                const itself = which !== winner && refersTo(rows, field, which, ids[winner]);
                return html`<label class="x-merge-value" data-chosen=${chosen.get(field.name) === which}>
                  <input
                    type="radio"
                    name=${`merge-${field.name}`}
                    .checked=${chosen.get(field.name) === which}
                    ?disabled=${itself || busy}
                    @change=${() => {
                      chosen.set(field.name, which);
                      touched.add(field.name);
                      handle.update();
                    }}
                  />
                  <span class=${isEmpty(value) ? 'x-hint' : ''} dir="auto">${shown}</span>
                </label>`;
              })}
            </fieldset>`;
          })}
        </div>
        ${
          equal.length > 0
            ? html`<details class="x-merge-equal">
                <summary>${t('merge.same', { count: equal.length })}</summary>
                <ul>
                  ${equal.map((field) => {
                    const context = fieldContext(workspace, entity, {}, rows[0], ids[0]);
                    const text = workspace.fields.of(field.type).text(valueOf(rows[0], field), field, context);
                    return html`<li><span class="x-hint">${field.title}</span> <bdi>${text}</bdi></li>`;
                  })}
                </ul>
              </details>`
            : nothing
        }
        <div class="x-merge-moving" role="status">
          ${
            moving === undefined
              ? html`<span class="x-hint">${t('common.loading')}</span>`
              : moving.length === 0
                ? html`<span class="x-hint">${t('merge.movingNone')}</span>`
                : html`<span>${t('merge.moving')}</span> ${moving.map(
                      (one) =>
                        html`<span class="x-tag">${one.title} <b class="x-num">${locale.number(one.count)}</b></span>`,
                    )}`
          }
        </div>
      `;
    },
    foot: (handle) => html`
      <button type="button" class="x-button" ?disabled=${busy} @click=${() => handle.close()}>
        ${t('common.cancel')}
      </button>
      <button
        type="button"
        class="x-button x-button-primary"
        autofocus
        ?disabled=${busy}
        @click=${async () => {
          busy = true;
          problem = '';
          handle.update();
          try {
            handle.close(await mergeRows(client, entity, ids[winner], ids[other(winner)], content()));
          } catch (error) {
            if (!(error instanceof ClientError)) throw error;
            problem = [error.message, ...error.details.map(({ message }) => message)].join(' ');
            busy = false;
            handle.update();
          }
        }}
      >
        ${icon('merge')} ${t(busy ? 'merge.doing' : 'merge.do')}
      </button>
    `,
    leave: () => !busy,
  });
  if (done === undefined) return undefined;
  const names = { winner: nameOf(winner), loser: nameOf(other(winner)) };
  showToast(t('merge.done', names), 'done', {
    label: t('merge.undo'),
    run: () => void undo(workspace, done).then((isUndone) => (isUndone ? onUndone() : undefined)),
  });
  return ids[winner];

  function modified(which: Side): string {
    const at = rows[which]['modifiedon'];
    return typeof at === 'string' ? t('merge.modified', { when: locale.dateTime(at) }) : '';
  }
}

async function undo({ client, locale }: Workspace, id: string): Promise<boolean> {
  try {
    const kept = await undoMerge(client, id);
    showToast(kept === 0 ? locale.t('merge.undone') : locale.t('merge.kept', { count: kept }));
    return true;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    showToast(error.message, 'error');
    return false;
  }
}

function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

/** What people fill in; who owns the record and its state are the winner's. */
function choosable(entity: EntityMetadata): readonly FieldMetadata[] {
  return Object.values(entity.fields).filter((field) => {
    const { system } = field.options;
    return !field.readOnly && !field.immutable && (system === undefined || system === 'base-currency');
  });
}

/** The fuller one; of two as full the one changed last. */
function better(rows: readonly [Row, Row], fields: readonly FieldMetadata[]): Side {
  const filled = rows.map((row) => fields.filter((field) => !isEmpty(valueOf(row, field))).length);
  const [one = 0, two = 0] = filled;
  if (one !== two) return one > two ? 0 : 1;
  return String(rows[0]['modifiedon'] ?? '') >= String(rows[1]['modifiedon'] ?? '') ? 0 : 1;
}

function refersTo(rows: readonly [Row, Row], field: FieldMetadata, side: Side, id: string): boolean {
  return field.targets !== undefined && (valueOf(rows[side], field) as LookupValue | null)?.id === id;
}
