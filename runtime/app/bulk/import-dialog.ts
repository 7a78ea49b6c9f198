// Brings an exported and changed file back: what it would do is shown first, cell by cell where others changed the row meanwhile.
import { html, nothing, type TemplateResult } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { openDialog, type DialogHandle } from '../../ui/dialog/dialog.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { bulkLocale } from './bulk-locale.ts';
import './bulk.css';
import { errorText, followJob } from './job-card.ts';
import { jobsApi, untilEnded, type FoundRow, type Job, type JobError } from './jobs-api.ts';

interface Checked {
  readonly job: Job;
  readonly ready: readonly FoundRow[];
  readonly stale: readonly FoundRow[];
  readonly problems: readonly JobError[];
}

type Choice = 'skip' | 'overwrite';

const SHOWN = 50;

export async function openImport(workspace: Workspace, entity: EntityMetadata, onEnd: () => void): Promise<void> {
  const api = jobsApi(workspace);
  const locale = await bulkLocale(workspace.locale);
  const { t, number } = locale;
  let busy = false;
  let checked: Checked | undefined;
  let refusal: string | undefined;
  let stale: Choice = 'skip';
  let rows: Readonly<Record<string, Choice>> = {};

  const check = async (handle: DialogHandle<Job>, file: File | undefined): Promise<void> => {
    if (!file || busy) return;
    busy = true;
    refusal = undefined;
    handle.update();
    try {
      const job = await untilEnded(api, await api.check(entity.name, file), () => handle.update());
      if (job.state === 'done') {
        const [ready, behind, problems] = await Promise.all([
          api.found(job.id, 'ready'),
          api.found(job.id, 'stale'),
          api.errors(job.id, 0, SHOWN),
        ]);
        checked = { job, ready: ready.rows, stale: behind.rows, problems: problems.errors };
      } else refusal = job.failure?.message ?? t(`jobs.state.${job.state}`);
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    } finally {
      busy = false;
      handle.update();
    }
  };
  const apply = async (handle: DialogHandle<Job>, { job }: Checked): Promise<void> => {
    if (busy) return;
    busy = true;
    handle.update();
    try {
      handle.close(await api.apply(entity.name, { check: job.id, stale, rows }));
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    } finally {
      busy = false;
      handle.update();
    }
  };
  const figure = ({ job }: Checked, name: string): number => Number(job.result?.[name] ?? 0);
  const few = (shown: number, all: number): TemplateResult | typeof nothing =>
    shown < all
      ? html`<p class="x-import-few">${t('import.first', { shown: number(shown), n: number(all) })}</p>`
      : nothing;
  const select = (value: Choice, label: string, change: (choice: Choice) => void): TemplateResult =>
    html`<select
      class="x-input"
      aria-label=${label}
      .value=${value}
      @change=${(event: Event) => change((event.target as HTMLSelectElement).value as Choice)}
    >
      ${(['skip', 'overwrite'] as const).map((one) => html`<option value=${one} ?selected=${one === value}>${t(`import.${one}`)}</option>`)}
    </select>`;
  const table = (found: readonly FoundRow[], handle: DialogHandle<Job> | undefined): TemplateResult =>
    html`<div class="x-import-frame">
      <table class="x-import-cells">
        <thead>
          <tr>
            <th scope="col">${t('import.cell')}</th>
            <th scope="col">${t('import.field')}</th>
            <th scope="col">${t('import.now')}</th>
            <th scope="col">${t('import.yours')}</th>
            ${handle ? html`<th scope="col">${t('import.staleChoice')}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${found.flatMap(({ row, cells }) =>
            cells.map(
              (cell, index) =>
                html`<tr ?data-moved=${cell.moved}>
                  <td><bdi>${cell.cell}</bdi></td>
                  <td>${cell.title}</td>
                  <td><bdi>${cell.theirs === '' ? '—' : cell.theirs}</bdi></td>
                  <td><bdi>${cell.yours === '' ? '—' : cell.yours}</bdi></td>
                  ${
                    handle && index === 0
                      ? html`<td rowspan=${cells.length}>
                          ${select(rows[String(row)] ?? stale, t('import.forRow', { row: number(row) }), (choice) => {
                            rows = { ...rows, [row]: choice };
                            handle.update();
                          })}
                        </td>`
                      : nothing
                  }
                </tr>`,
            ),
          )}
        </tbody>
      </table>
    </div>`;
  const preview = (handle: DialogHandle<Job>, found: Checked): TemplateResult => {
    const { job, ready, stale: behind, problems } = found;
    const counts = (['updates', 'creates', 'stale', 'problems', 'unchanged'] as const).filter(
      (name) => figure(found, name) > 0,
    );
    const notes = (job.result?.['notes'] ?? []) as readonly string[];
    return html`
      <ul class="x-import-counts">
        ${counts.map((name) => html`<li data-kind=${name}>${t(`import.${name}`, { count: figure(found, name) })}</li>`)}
      </ul>
      ${
        notes.length > 0
          ? html`<ul class="x-job-errors">
              ${notes.map((note) => html`<li>${note}</li>`)}
            </ul>`
          : nothing
      }
      ${
        behind.length > 0
          ? html`<h3>${t('import.stale', { count: figure(found, 'stale') })}</h3>
              <p>
                ${select(stale, t('import.staleChoice'), (choice) => {
                  stale = choice;
                  rows = {};
                  handle.update();
                })}
              </p>
              ${table(behind, handle)} ${few(behind.length, figure(found, 'stale'))}`
          : nothing
      }
      ${
        problems.length > 0
          ? html`<h3>${t('import.problems', { count: figure(found, 'problems') })}</h3>
              <ul class="x-job-errors">
                ${problems.map((problem) => html`<li>${errorText(workspace, job, problem)}</li>`)}
              </ul>
              ${few(problems.length, figure(found, 'problems'))}`
          : nothing
      }
      ${
        ready.length > 0
          ? html`<h3>${t('import.updates', { count: figure(found, 'updates') + figure(found, 'creates') })}</h3>
              ${table(ready, undefined)} ${few(ready.length, figure(found, 'updates') + figure(found, 'creates'))}`
          : nothing
      }
      ${counts.every((name) => name === 'unchanged') ? html`<p>${t('import.nothing')}</p>` : nothing}
    `;
  };
  const writes = (found: Checked): boolean =>
    figure(found, 'updates') + figure(found, 'creates') > 0 ||
    (figure(found, 'stale') > 0 && (stale === 'overwrite' || Object.values(rows).includes('overwrite')));

  const job = await openDialog<Job>({
    title: t('import.title', { entity: entity.plural }),
    wide: true,
    locale: workspace.locale,
    body: (handle) => html`
      ${
        checked
          ? preview(handle, checked)
          : html`<p>${t('import.text')}</p>
              <label class="x-edit-many-add">
                <span>${t('import.file')}</span>
                <input
                  type="file"
                  class="x-input"
                  accept=".xlsx,.csv"
                  ?disabled=${busy}
                  ?autofocus=${true}
                  @change=${(event: Event) => check(handle, (event.target as HTMLInputElement).files?.[0])}
                />
              </label>`
      }
      <p role="status">${busy && !checked ? t('import.checking') : nothing}</p>
      ${refusal === undefined ? nothing : html`<p class="x-import-refusal" role="alert">${refusal}</p>`}
    `,
    foot: (handle) => {
      const found = checked;
      return html`
        <button
          type="button"
          class="x-button"
          @click=${() => {
            if (!found) {
              handle.close();
              return;
            }
            checked = undefined;
            rows = {};
            handle.update();
          }}
        >
          ${found ? t('import.again') : t('common.cancel')}
        </button>
        ${
          found
            ? html`<button
                type="button"
                class="x-button x-button-primary"
                ?disabled=${busy || !writes(found)}
                @click=${() => apply(handle, found)}
              >
                ${t('import.apply')}
              </button>`
            : nothing
        }
      `;
    },
  });
  if (job) await followJob(workspace, job, onEnd);
}
