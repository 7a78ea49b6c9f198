// A job at the foot of the window: how far it is, what was left out, cancel, undo, the file. It stays while pages change.
import { html, nothing, render, type TemplateResult } from 'lit';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { MY_JOBS_URL } from '../address.ts';
import { bulkLocale } from './bulk-locale.ts';
import './bulk.css';
import { fileUrl, hasEnded, jobsApi, saveFile, untilEnded, type Job, type JobError } from './jobs-api.ts';

interface Card {
  readonly workspace: Workspace;
  readonly locale: Locale;
  readonly onEnd: () => void;
  job: Job;
  errors: readonly JobError[];
}

let host: HTMLElement | undefined;
let cards: readonly Card[] = [];

function draw(): void {
  if (!host) {
    host = document.createElement('section');
    host.className = 'x-job-cards';
    host.setAttribute('popover', 'manual');
    document.body.append(host);
  }
  render(cards.map(renderCard), host);
  const isOpen = host.matches(':popover-open');
  if (cards.length > 0 && !isOpen) host.showPopover();
  if (cards.length === 0 && isOpen) host.hidePopover();
}

export const kindTitle = ({ t }: Locale, { app }: Workspace, job: Job): string => {
  const entity = job.entity === null ? undefined : app.entities[job.entity]?.plural;
  const kind = t(`jobs.kind.${job.kind}`);
  return entity === undefined ? kind : `${kind}: ${entity}`;
};

/** `12 of 40` while it runs, what was done when it has ended. */
export function progressText({ t, number }: Locale, job: Job): string {
  if (job.failure) return job.failure.message;
  const { done, total } = job;
  const figures =
    total === null
      ? t('jobs.doneSome', { done: number(done) })
      : t('jobs.progress', { done: number(done), total: number(total) });
  if (job.state === 'running') return done === 0 && total === null ? t('jobs.state.running') : figures;
  return done === 0 && job.state !== 'done'
    ? t(`jobs.state.${job.state}`)
    : `${t(`jobs.state.${job.state}`)} · ${figures}`;
}

export const mayUndo = (job: Job): boolean => hasEnded(job) && job.undoable && job.undoneBy === null;

function renderCard(card: Card): TemplateResult {
  const { job, locale, workspace, errors } = card;
  const { t } = locale;
  const ended = hasEnded(job);
  return html`<div class="x-job-card" role="status" data-state=${job.state}>
    <div class="x-job-head">
      <strong>${kindTitle(locale, workspace, job)}</strong>
      <button
        type="button"
        class="x-button x-button-quiet x-button-icon x-button-small"
        aria-label=${t('jobs.close')}
        @click=${() => dismiss(card)}
      >
        ${icon('x')}
      </button>
    </div>
    ${ended ? nothing : html`<progress aria-label=${kindTitle(locale, workspace, job)} max=${job.total ?? 1} value=${job.total === null ? nothing : job.done}></progress>`}
    <p>${progressText(locale, job)}</p>
    ${
      job.errors > 0
        ? html`<p class="x-job-errors-title">${t('jobs.errors', { count: job.errors })}</p>
            <ul class="x-job-errors">
              ${errors.map((error) => html`<li>${errorText(card.workspace, job, error)}</li>`)}
            </ul>`
        : nothing
    }
    <footer>
      ${job.errors > errors.length || ended ? html`<a class="x-button x-button-small x-button-quiet" href=${MY_JOBS_URL}>${t('jobs.title')}</a>` : nothing}
      ${ended ? nothing : html`<button type="button" class="x-button x-button-small" ?disabled=${job.state === 'cancelling'} @click=${() => act(card, 'cancel')}>${t('jobs.cancel')}</button>`}
      ${mayUndo(job) ? html`<button type="button" class="x-button x-button-small" @click=${() => act(card, 'undo')}>${icon('undo-2')} ${t('jobs.undo')}</button>` : nothing}
      ${job.file ? html`<a class="x-button x-button-small" download href=${fileUrl(job.id)}>${t('jobs.download')}</a>` : nothing}
    </footer>
  </div>`;
}

/** The reason, with the way to the record where there is one. */
export function errorText(workspace: Workspace, job: Job, { id, message }: JobError): TemplateResult {
  return id !== null && job.entity !== null
    ? html`<a href=${workspace.recordUrl(job.entity, id)}>${message}</a>`
    : html`${message}`;
}

function dismiss(card: Card): void {
  cards = cards.filter((one) => one !== card);
  draw();
}

async function act(card: Card, what: 'cancel' | 'undo'): Promise<void> {
  const { workspace, job, onEnd } = card;
  const api = jobsApi(workspace);
  try {
    if (what === 'cancel') {
      card.job = await api.cancel(job.id);
      draw();
      return;
    }
    const undo = await api.undo(job.id);
    dismiss(card);
    await followJob(workspace, undo, onEnd);
  } catch (error) {
    showFailure(workspace, error);
  }
}

/** Shows the job until somebody closes it; `onEnd` is told when it has ended. */
export async function followJob(workspace: Workspace, job: Job, onEnd: () => void = () => undefined): Promise<void> {
  const api = jobsApi(workspace);
  const card: Card = { workspace, locale: await bulkLocale(workspace.locale), onEnd, job, errors: [] };
  cards = [...cards.slice(-3), card];
  draw();
  try {
    await untilEnded(api, job, (now) => {
      card.job = now;
      draw();
    });
    if (card.job.errors > 0) card.errors = (await api.errors(job.id)).errors;
    if (card.job.file) saveFile(fileUrl(job.id), card.job.file.name);
  } catch (error) {
    dismiss(card);
    showFailure(workspace, error);
  }
  draw();
  onEnd();
}
