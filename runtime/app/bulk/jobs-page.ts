// "My jobs": what goes on in the background for the caller, what came of it, and taking it back.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import { icon } from '../../ui/icon.ts';
import type { Locale } from '../../ui/locale/index.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { bulkLocale } from './bulk-locale.ts';
import './bulk.css';
import { errorText, followJob, kindTitle, mayUndo, progressText } from './job-card.ts';
import { fileUrl, hasEnded, jobsApi, type Job, type JobError } from './jobs-api.ts';

const EVERY = 1_500;

export class JobsPage extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    locale: { state: true },
    jobs: { state: true },
    next: { state: true },
    errors: { state: true },
    message: { state: true },
  };

  declare workspace: Workspace;
  declare locale: Locale | undefined;
  declare jobs: readonly Job[] | undefined;
  declare next: string | undefined;
  /** Of the jobs whose errors are shown. */
  declare errors: Readonly<Record<string, readonly JobError[]>>;
  declare message: string | undefined;
  #clock: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.errors = {};
  }

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#clock);
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('workspace')) void this.#load();
  }

  async #load(): Promise<void> {
    clearTimeout(this.#clock);
    const { workspace } = this;
    try {
      const locale = await bulkLocale(workspace.locale);
      const { jobs, next } = await jobsApi(workspace).jobs();
      this.locale = locale;
      document.title = `${locale.t('jobs.title')} – ${workspace.app.title}`;
      const older = (this.jobs ?? []).filter((job) => jobs.every(({ id }) => id !== job.id));
      this.jobs = [...jobs, ...older];
      if (older.length === 0) this.next = next;
      this.message = undefined;
      if (this.isConnected && this.jobs.some((job) => !hasEnded(job)))
        this.#clock = setTimeout(() => void this.#load(), EVERY);
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    }
  }

  async #act(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      showFailure(this.workspace, error);
    }
    await this.#load();
  }

  async #showErrors({ id }: Job): Promise<void> {
    await this.#act(async () => {
      const { errors } = await jobsApi(this.workspace).errors(id, 0, 1_000);
      this.errors = { ...this.errors, [id]: errors };
    });
  }

  override render(): TemplateResult | typeof nothing {
    const { locale, jobs, message } = this;
    if (message !== undefined)
      return html`<div class="x-state x-whole" role="alert">
        ${icon('cloud-off')}
        <p>${message}</p>
      </div>`;
    if (!locale || !jobs) return nothing;
    const { t } = locale;
    return html`<div class="x-jobs">
      <h1>${t('jobs.title')}</h1>
      <p>${t('jobs.text')}</p>
      ${
        jobs.length === 0
          ? html`<div class="x-state">
              ${icon('history')}
              <p>${t('jobs.none')}</p>
            </div>`
          : html`<ul class="x-jobs-list">
              ${jobs.map((job) => this.#renderJob(job, locale))}
            </ul>`
      }
      ${
        this.next === undefined
          ? nothing
          : html`<button
              type="button"
              class="x-button"
              @click=${() =>
                this.#act(async () => {
                  const older = await jobsApi(this.workspace).jobs(this.next);
                  this.jobs = [...(this.jobs ?? []), ...older.jobs];
                  this.next = older.next;
                })}
            >
              ${t('jobs.more')}
            </button>`
      }
    </div>`;
  }

  #renderJob(job: Job, locale: Locale): TemplateResult {
    const { t } = locale;
    const { workspace } = this;
    const api = jobsApi(workspace);
    const errors = this.errors[job.id];
    const name = job.parameters['name'];
    return html`<li class="x-job" data-state=${job.state}>
      <div class="x-job-what">
        <strong>${kindTitle(locale, workspace, job)}</strong>
        ${typeof name === 'string' && name !== '' ? html`<span><bdi>${name}</bdi></span>` : nothing}
        <time datetime=${job.createdAt}>${locale.dateTime(job.createdAt)}</time>
      </div>
      <div class="x-job-how">
        ${
          hasEnded(job)
            ? nothing
            : html`<progress
                aria-label=${kindTitle(locale, workspace, job)}
                max=${job.total ?? 1}
                value=${job.total === null ? nothing : job.done}
              ></progress>`
        }
        <span>${progressText(locale, job)}${job.undoneBy === null ? '' : ` · ${t('jobs.undone')}`}</span>
        ${
          job.errors > 0
            ? html`<button type="button" class="x-button x-button-small" @click=${() => this.#showErrors(job)}>
                ${t('jobs.errors', { count: job.errors })}
              </button>`
            : nothing
        }
      </div>
      <div class="x-job-acts">
        ${
          hasEnded(job)
            ? nothing
            : html`<button
                type="button"
                class="x-button x-button-small"
                ?disabled=${job.state === 'cancelling'}
                @click=${() => this.#act(() => api.cancel(job.id))}
              >
                ${t('jobs.cancel')}
              </button>`
        }
        ${
          job.file
            ? html`<a class="x-button x-button-small" download href=${fileUrl(job.id)}
                >${icon('download')} ${t('jobs.download')}</a
              >`
            : nothing
        }
        ${
          mayUndo(job)
            ? html`<button
                type="button"
                class="x-button x-button-small"
                @click=${() => this.#act(async () => void followJob(workspace, await api.undo(job.id), () => void this.#load()))}
              >
                ${icon('undo-2')} ${t('jobs.undo')}
              </button>`
            : nothing
        }
      </div>
      ${
        errors
          ? html`<ul class="x-job-errors">
              ${errors.map((error) => html`<li>${errorText(workspace, job, error)}</li>`)}
            </ul>`
          : nothing
      }
    </li>`;
  }
}

customElements.define('x-jobs-page', JobsPage);
