// A form that follows: what somebody else saved comes in at once where the user has typed nothing; what both changed keeps what is
// typed and is marked, and saving asks as ever.
import type { Row } from '../../client/index.ts';
import { ClientError } from '../../client/index.ts';
import { compareSides } from '../../ui/form/compare-sides.ts';
import type { FormField } from '../../ui/form/form-field.ts';
import type { RecordDraft } from '../../ui/form/record-draft.ts';
import { formattedOf, sameValue, valuesOf } from '../../ui/record-values.ts';
import type { RecordPage } from '../pages/record-page.ts';
import type { Change } from './change.ts';
import { liveLocale } from './live-locale.ts';
import { mark } from './mark.ts';

export class LiveRecord {
  readonly topic: string;
  readonly #page: RecordPage;
  readonly #draft: RecordDraft;
  readonly #id: string;
  #notice: HTMLElement | undefined;
  #stop: (() => void) | undefined;
  #gone = false;

  constructor(page: RecordPage) {
    const { draft, recordId } = page;
    if (!draft || recordId === undefined) throw new TypeError('no record is open');
    this.#page = page;
    this.#draft = draft;
    this.#id = recordId;
    this.topic = `${page.entityName}:${recordId}`;
  }

  get viewing(): boolean {
    return this.#page.workspace.viewing !== undefined;
  }

  shows(page: RecordPage): boolean {
    return this.#page === page && this.#draft === page.draft && this.#id === page.recordId;
  }

  end(): void {
    this.#stop?.();
    this.#notice?.remove();
    for (const field of this.#fields()) delete field.dataset['live'];
  }

  async take(changes: readonly Change[]): Promise<void> {
    const own = changes.filter((one) => one.id === this.#id);
    if (own.length === 0) return;
    if (own.some(({ version }) => version !== undefined && this.#draft.etag === `W/"${version}"`)) return;
    await this.again();
  }

  async again(): Promise<void> {
    // A save of the user's own is on its way: its answer says the same.
    for (let waited = 0; this.#page.busy && waited < 50; waited += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const { workspace } = this.#page;
    const draft = this.#draft;
    let current;
    try {
      current = await workspace.client.retrieve(draft.entity.set, this.#id);
    } catch (error) {
      if (!(error instanceof ClientError) || (error.status !== 404 && error.status !== 403) || !this.shows(this.#page))
        return;
      if (!this.#gone) await this.#say('live.recordGone');
      this.#gone = true;
      return;
    }
    if (!this.shows(this.#page) || this.#page.busy) return;
    const theirs = valuesOf(current.row, draft.entity);
    const { both } = compareSides(draft, theirs);
    const changed = Object.keys(draft.entity.fields).filter(
      (name) => !draft.isDirty(name) && !sameValue(theirs[name], draft.base[name]),
    );
    // With the old version saving meets the conflict and asks; without one it goes on from the new.
    const keeps = both.length > 0;
    // Sums over related rows change without a new version: nobody saved this record.
    const isSame = current.etag === draft.etag;
    if (isSame && changed.length === 0) return;
    draft.rebase(keeps ? withFields(current.row, draft, both) : current.row, keeps ? draft.etag : current.etag);
    await this.#page.updateComplete;
    for (const field of this.#fields()) {
      const { name } = field.field;
      if (changed.includes(name)) mark(field);
      if (both.includes(name)) field.dataset['live'] = 'conflict';
    }
    if (isSame) return;
    const who = formattedOf(current.row, draft.entity.fields['modifiedby']) ?? '';
    const titles = both.map((name) => draft.entity.fields[name]?.title ?? name);
    await this.#say(keeps ? 'live.conflict' : 'live.saved', who, titles);
    this.#stop ??= draft.listen(() => this.#clear());
  }

  /** Marks go where the user took the other's value, or when all is saved. */
  #clear(): void {
    for (const field of this.#fields()) if (!this.#draft.isDirty(field.field.name)) delete field.dataset['live'];
    if (!this.#draft.dirty && this.#notice?.dataset['kind'] === 'live.conflict') this.#notice.remove();
  }

  async #say(
    kind: 'live.saved' | 'live.conflict' | 'live.recordGone',
    who = '',
    titles: readonly string[] = [],
  ): Promise<void> {
    const { locale } = this.#page.workspace;
    const { t } = await liveLocale(locale);
    const fields = new Intl.ListFormat(locale.language, { type: 'conjunction' }).format(titles);
    const text = document.createElement('span');
    text.textContent = t(who === '' && kind === 'live.saved' ? 'live.savedBySomebody' : kind, { who, fields });
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'x-button x-button-quiet x-button-small';
    close.textContent = t('live.close');
    close.addEventListener('click', () => this.#notice?.remove());
    this.#notice?.remove();
    this.#notice = document.createElement('div');
    this.#notice.className = `x-notice ${kind === 'live.saved' ? 'x-live-saved' : ''}`;
    this.#notice.dataset['kind'] = kind;
    this.#notice.setAttribute('role', 'status');
    this.#page.querySelector('.x-record-body')?.before(this.#notice);
    // What stands in a live region from the beginning is not read out.
    this.#notice.append(text, close);
  }

  #fields(): readonly FormField[] {
    return [...this.#page.querySelectorAll<FormField>('x-form-field')];
  }
}

/** The row as it came, but for these fields, which keep what they were. */
function withFields(row: Row, draft: RecordDraft, names: readonly string[]): Row {
  const wires = names.map((name) => draft.entity.fields[name]?.wire ?? name);
  const isKept = (key: string) => wires.some((wire) => key === wire || key.startsWith(`${wire}@`));
  const kept = Object.entries(draft.row ?? {}).filter(([key]) => isKept(key));
  return { ...Object.fromEntries(Object.entries(row).filter(([key]) => !isKept(key))), ...Object.fromEntries(kept) };
}
