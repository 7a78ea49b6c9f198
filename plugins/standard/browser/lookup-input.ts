// The reference box: recent rows when it is entered, search while one types, "New …", and a way to the row itself.
// A combobox of the ARIA practices; the list stands in a popup.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { foldText, hidePopup, icon, odataString, placePopup } from 'peyvand/ui';
import type { EntityMetadata, FieldContext, FieldMetadata, InputRequest, LookupValue } from 'peyvand/ui';
import { isOtherField, valueLinkStyles } from './typed-input.ts';

export const lookupStrings = {
  en: {
    clear: 'Clear',
    open: 'Open {name}',
    results: 'Results',
    none: 'Nothing found for “{text}”.',
    empty: 'There is nothing here yet.',
    loading: 'Searching …',
    failed: 'The search did not work: {message}',
    create: 'New: {entity}',
    choose: 'Choose one from the list, or clear the text.',
    kind: 'Kind of record',
    all: 'All',
    count: '{amount} results',
  },
  fa: {
    clear: 'پاک کردن',
    open: 'باز کردن {name}',
    results: 'نتیجه‌ها',
    none: 'چیزی برای «{text}» پیدا نشد.',
    empty: 'هنوز چیزی این‌جا نیست.',
    loading: 'در حال جست‌وجو …',
    failed: 'جست‌وجو انجام نشد: {message}',
    create: 'جدید: {entity}',
    choose: 'یکی را از فهرست انتخاب کنید یا متن را پاک کنید.',
    kind: 'نوع رکورد',
    all: 'همه',
    count: '{amount} نتیجه',
  },
} as const;

/** One line of the list: a row to choose, or the offer to make one. */
interface Choice {
  readonly entity: EntityMetadata;
  readonly value: LookupValue | undefined;
  readonly second: string;
}

export function isLookupValue(value: unknown): value is LookupValue {
  return typeof value === 'object' && value !== null && 'id' in value && 'entity' in value;
}

const idOf = (value: unknown): string | undefined => (isLookupValue(value) ? value.id : undefined);

const WAIT = 120;
const ROWS = 8;
const REMEMBERED = 5;

const recentKey = (entity: string): string => `peyvand.recent.${entity}`;

/** Ids chosen lately in this browser. Storage may be forbidden: then there are none. */
function recentIds(entity: string): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(recentKey(entity)) ?? '[]');
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id)) : [];
  } catch {
    return [];
  }
}

function remember(value: LookupValue): void {
  try {
    const ids = [value.id, ...recentIds(value.entity).filter((id) => id !== value.id)].slice(0, REMEMBERED);
    localStorage.setItem(recentKey(value.entity), JSON.stringify(ids));
  } catch {
    // Private windows may refuse; recent rows are a comfort only.
  }
}

/** The fields a search looks in: text fields of quick search, the name among them. */
const searchFields = (entity: EntityMetadata): readonly string[] =>
  [...new Set([entity.primary, ...entity.search])].filter((name) =>
    entity.fields[name]?.operators.includes('contains'),
  );

/** The ways the text may be stored: as typed, with Persian letters, with Arabic ones. */
function spellings(text: string): readonly string[] {
  const persian = foldText(text);
  return [...new Set([text.toLowerCase(), persian, persian.replaceAll('ی', 'ي').replaceAll('ک', 'ك')])];
}

async function fetchChoices(
  context: FieldContext,
  entity: EntityMetadata,
  text: string,
  rows: number,
  /** Rows that were put aside are not offered anew, but may be looked for in a filter. */
  onlyActive: boolean,
  signal: AbortSignal,
): Promise<readonly Choice[]> {
  const second = entity.search.find((name) => name !== entity.primary && entity.fields[name]);
  const secondWire = second === undefined ? undefined : entity.fields[second]?.wire;
  const select = [entity.key, entity.primary, ...(secondWire === undefined ? [] : [secondWire])];
  const active = onlyActive && entity.status && entity.fields['statecode'] ? ['statecode eq 0'] : [];
  const ask = (condition: string, orderby: string) => {
    const filter = [...active, ...(condition === '' ? [] : [`(${condition})`])].join(' and ');
    return context.client.list(entity.set, { select, top: rows, filter, orderby }, signal);
  };
  const pages =
    text === ''
      ? [
          ...(recentIds(entity.name).length === 0
            ? []
            : [
                ask(
                  recentIds(entity.name)
                    .map((id) => `${entity.key} eq ${id}`)
                    .join(' or '),
                  '',
                ),
              ]),
          ask('', entity.fields['modifiedon'] ? 'modifiedon desc' : `${entity.primary} asc`),
        ]
      : [
          ask(
            searchFields(entity)
              .flatMap((name) => spellings(text).map((spelling) => `contains(${name},${odataString(spelling)})`))
              .join(' or '),
            `${entity.primary} asc`,
          ),
        ];
  const found = (await Promise.all(pages)).flatMap((page) => page.rows);
  const byId = new Map(found.map((row) => [String(row[entity.key]), row]));
  return [...byId].slice(0, rows).map(([id, row]) => ({
    entity,
    value: { entity: entity.name, id, name: String(row[entity.primary] ?? id) },
    second:
      secondWire === undefined
        ? ''
        : String(row[`${secondWire}@OData.Community.Display.V1.FormattedValue`] ?? row[secondWire] ?? ''),
  }));
}

export class LookupInput extends LitElement {
  static override properties = {
    request: { attribute: false },
    typed: { state: true },
    shown: { state: true },
    choices: { state: true },
    active: { state: true },
    busy: { state: true },
    failure: { state: true },
    target: { state: true },
    targets: { state: true },
  };

  declare request: InputRequest;
  /** The search text; undefined while the box shows the chosen row's name. */
  declare private typed: string | undefined;
  declare private shown: boolean;
  declare private choices: readonly Choice[];
  declare private active: number;
  declare private busy: boolean;
  declare private failure: string | undefined;
  /** Narrows a polymorphic search to one entity; '' = all. */
  declare private target: string;
  declare private targets: readonly EntityMetadata[];
  /** Answers of older searches are dropped by their number. */
  private sequence = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private abort: AbortController | undefined;

  constructor() {
    super();
    this.shown = false;
    this.choices = [];
    this.active = -1;
    this.busy = false;
    this.target = '';
    this.targets = [];
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.hide();
  }

  private t(key: keyof typeof lookupStrings.en, parameters?: Readonly<Record<string, string | number>>): string {
    return this.request.context.locale.t(`field.${this.request.field.type}.${key}`, parameters);
  }

  private get value(): LookupValue | undefined {
    return isLookupValue(this.request.value) ? this.request.value : undefined;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('request');
    if (!before) return;
    const isOther = isOtherField(before, this.request);
    if (isOther || idOf(before.value) !== idOf(this.request.value)) this.typed = undefined;
    if (!isOther) return;
    this.target = '';
    this.targets = [];
    this.choices = [];
  }

  private search(text: string, wait: number): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    const number = ++this.sequence;
    this.busy = true;
    this.timer = setTimeout(() => void this.run(text.trim(), number), wait);
  }

  private async run(text: string, number: number): Promise<void> {
    const { context, field } = this.request;
    const abort = new AbortController();
    this.abort = abort;
    try {
      if (this.targets.length === 0) {
        this.targets = await Promise.all((field.targets ?? []).map(({ entity }) => context.entityOf(entity)));
      }
      const asked = this.targets.filter((entity) => this.target === '' || entity.name === this.target);
      const rows = asked.length === 1 ? ROWS : Math.max(3, Math.floor(12 / asked.length));
      const lists = await Promise.all(
        asked.map((entity) => fetchChoices(context, entity, text, rows, this.request.place !== 'filter', abort.signal)),
      );
      if (number !== this.sequence) return;
      const offers = asked
        .filter((entity) => entity.create && entity.quickCreate && this.request.place !== 'filter')
        .map((entity) => ({ entity, value: undefined, second: '' }));
      this.choices = [...lists.flat(), ...offers];
      this.active = text !== '' && this.choices[0]?.value ? 0 : -1;
      this.failure = undefined;
    } catch (error) {
      if (number !== this.sequence) return;
      this.choices = [];
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.busy = false;
  }

  private show(): void {
    if (this.request.readOnly || this.shown) return;
    this.shown = true;
    this.active = -1;
    document.addEventListener('pointerdown', this.onOutside, true);
    this.search(this.typed ?? '', 0);
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.sequence++;
    this.busy = false;
    this.shown = false;
    document.removeEventListener('pointerdown', this.onOutside, true);
    const panel = this.querySelector<HTMLElement>('[popover]');
    if (panel) hidePopup(panel);
  }

  private readonly onOutside = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.hide();
  };

  private take(value: LookupValue | null): void {
    this.hide();
    this.typed = undefined;
    this.request.onInvalid(undefined);
    if (value) remember(value);
    this.request.onChange(value);
  }

  private async pick(choice: Choice): Promise<void> {
    if (choice.value) {
      this.take(choice.value);
      return;
    }
    const { context } = this.request;
    const name = this.typed?.trim() ?? '';
    this.hide();
    const made = await context.quickCreate(choice.entity.name, name === '' ? {} : { [choice.entity.primary]: name });
    if (made) this.take(made);
    this.querySelector('input')?.focus();
  }

  private onInput(event: Event): void {
    this.typed = (event.target as HTMLInputElement).value;
    if (!this.shown) this.show();
    this.search(this.typed, WAIT);
  }

  private onBlur(): void {
    this.hide();
    this.settle();
  }

  /** Typed text is no value until a row is chosen (a form that saves sends `change`). */
  private settle(): void {
    if (this.typed === undefined) return;
    if (this.typed.trim() === '') this.take(null);
    else if (this.typed.trim() === this.value?.name) this.typed = undefined;
    else this.request.onInvalid(this.t('choose'));
  }

  private move(step: number): void {
    const count = this.choices.length;
    if (count > 0) this.active = (this.active + step + count) % count;
  }

  private onKeyDown(event: KeyboardEvent): void {
    const chosen = this.active >= 0 ? this.choices[this.active] : undefined;
    switch (event.key) {
      case 'ArrowDown':
        if (!this.shown) this.show();
        else this.move(1);
        break;
      case 'ArrowUp':
        if (!this.shown) return;
        this.move(this.active < 0 ? 0 : -1);
        break;
      case 'Enter':
        if (!this.shown || !chosen) return;
        void this.pick(chosen);
        break;
      case 'Escape':
        if (!this.shown && this.typed === undefined) return;
        this.hide();
        this.typed = undefined;
        this.request.onInvalid(undefined);
        break;
      case 'Tab':
        // Leaving with a row marked by the search takes it, as a native select does.
        if (this.shown && chosen?.value && this.typed !== undefined && this.typed.trim() !== '')
          this.take(chosen.value);
        return;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  override updated(): void {
    const panel = this.querySelector<HTMLElement>('[popover]');
    if (!this.shown || !panel) return;
    placePopup(panel, this);
    panel.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  override render(): TemplateResult {
    const { request, value } = this;
    const { context, field } = request;
    const list = `${request.id}-list`;
    const several = (field.targets?.length ?? 0) > 1;
    return html`<span class="x-input-row">
        ${several && !request.readOnly ? this.renderTargets() : nothing}
        <input
          id=${request.id}
          type="text"
          role="combobox"
          dir="auto"
          autocomplete="off"
          spellcheck="false"
          aria-autocomplete="list"
          aria-expanded=${this.shown ? 'true' : 'false'}
          aria-controls=${list}
          aria-activedescendant=${this.shown && this.active >= 0 ? `${list}-${this.active}` : nothing}
          aria-label=${request.label ?? nothing}
          aria-describedby=${request.describedBy || nothing}
          aria-invalid=${request.invalid ? 'true' : 'false'}
          aria-required=${request.required ? 'true' : 'false'}
          ?readonly=${request.readOnly}
          .value=${live(this.typed ?? value?.name ?? '')}
          @input=${this.onInput}
          @focus=${this.onFocus}
          @click=${this.show}
          @change=${this.settle}
          @blur=${this.onBlur}
          @keydown=${this.onKeyDown}
        />
        ${
          value && !request.readOnly
            ? html`<button
                type="button"
                class="x-button x-button-quiet x-button-icon"
                aria-label=${this.t('clear')}
                @click=${() => this.take(null)}
              >
                ${icon('x')}
              </button>`
            : nothing
        }
        ${
          value && request.place === 'form'
            ? html`<a
                class="x-button x-button-quiet x-button-icon"
                href=${context.recordUrl(value.entity, value.id)}
                aria-label=${this.t('open', { name: value.name })}
                @click=${(event: MouseEvent) => followInside(event, () => context.openRecord(value.entity, value.id))}
                >${icon('external-link')}</a
              >`
            : nothing
        }
      </span>
      <div class="x-popup" popover="manual" @pointerdown=${keepFocus}>
        <ul class="x-listbox" role="listbox" id=${list} aria-label=${this.t('results')}>
          ${this.shown ? this.choices.map((choice, index) => this.renderChoice(choice, index, list, several)) : nothing}
        </ul>
        <p class="x-hint" role="status">${this.shown ? this.statusText() : ''}</p>
      </div>`;
  }

  private onFocus(event: FocusEvent): void {
    (event.target as HTMLInputElement).select();
    // An empty field offers recent rows at once; a filled one waits for a key, so that tabbing through stays quiet.
    if (!this.value) this.show();
  }

  private statusText(): string {
    if (this.busy) return this.choices.length === 0 ? this.t('loading') : '';
    if (this.failure !== undefined) return this.t('failed', { message: this.failure });
    const rows = this.choices.filter(({ value }) => value).length;
    if (rows > 0) return this.t('count', { amount: this.request.context.locale.number(rows) });
    const text = this.typed?.trim() ?? '';
    return text === '' ? this.t('empty') : this.t('none', { text });
  }

  private renderTargets(): TemplateResult {
    const { field } = this.request;
    const title = (name: string) => this.targets.find((entity) => entity.name === name)?.title ?? name;
    return html`<select
      class="x-lookup-target"
      aria-label=${this.t('kind')}
      @focus=${this.loadTargets}
      @change=${(event: Event) => {
        this.target = (event.target as HTMLSelectElement).value;
        if (this.shown) this.search(this.typed ?? '', 0);
      }}
    >
      <option value="">${this.t('all')}</option>
      ${(field.targets ?? []).map(
        ({ entity }) => html`<option value=${entity} ?selected=${entity === this.target}>${title(entity)}</option>`,
      )}
    </select>`;
  }

  /** Titles of the targets; asked for with the first look at a polymorphic field. */
  private async loadTargets(): Promise<void> {
    if (this.targets.length > 0) return;
    const { context, field } = this.request;
    try {
      this.targets = await Promise.all((field.targets ?? []).map(({ entity }) => context.entityOf(entity)));
    } catch {
      // The names stay; the search will say what is wrong.
    }
  }

  override firstUpdated(): void {
    if ((this.request.field.targets?.length ?? 0) > 1) void this.loadTargets();
  }

  private renderChoice(choice: Choice, index: number, list: string, several: boolean): TemplateResult {
    const { entity, value } = choice;
    return html`<li
      class="x-option"
      role="option"
      id=${`${list}-${index}`}
      aria-selected=${index === this.active ? 'true' : 'false'}
      @click=${() => void this.pick(choice)}
    >
      ${
        value
          ? html`<span dir="auto">${value.name}</span>
              <span class="x-option-secondary"
                >${several ? html`${entity.title}${choice.second === '' ? '' : ' · '}` : nothing}<bdi
                  >${choice.second}</bdi
                ></span
              >`
          : html`<span>${this.t('create', { entity: entity.title })}</span>`
      }
    </li>`;
  }
}

/** The list must not take the focus from the box: a blur would close it before the click arrives. */
const keepFocus = (event: Event): void => event.preventDefault();

/** A plain click stays in the app; with a modifier the browser opens the link its own way. */
function followInside(event: MouseEvent, open: () => void): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  open();
}

declare global {
  interface HTMLElementTagNameMap {
    'x-lookup-input': LookupInput;
  }
}

if (!customElements.get('x-lookup-input')) customElements.define('x-lookup-input', LookupInput);

export const lookupInput = (request: InputRequest): TemplateResult =>
  html`<x-lookup-input .request=${request}></x-lookup-input>`;

export function lookupDisplay(value: unknown, _field: FieldMetadata, context: FieldContext): unknown {
  if (!isLookupValue(value)) return nothing;
  return html`<a
    class="x-value-link"
    href=${context.recordUrl(value.entity, value.id)}
    dir="auto"
    @click=${(event: MouseEvent) => followInside(event, () => context.openRecord(value.entity, value.id))}
    >${value.name}</a
  >`;
}

export const lookupStyles = `${valueLinkStyles}
  x-lookup-input { display: block; }
  x-lookup-input input { inline-size: 100%; }
  .x-lookup-target { flex: none; max-inline-size: 9em; border: 0; background: transparent; color: inherit; font: inherit; }
`;
