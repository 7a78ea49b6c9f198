// A month of days to pick from, in the user's calendar: the grid of the ARIA date picker pattern inside a popup.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import {
  calendarDate,
  firstWeekday,
  hidePopup,
  icon,
  isoFrom,
  monthNames,
  placePopup,
  weekdayNames,
  weekdayOf,
} from 'peyvand/ui';
import type { Locale } from 'peyvand/ui';

type Day = NonNullable<ReturnType<typeof calendarDate>>;

export class CalendarPopup extends LitElement {
  static override properties = {
    locale: { attribute: false },
    texts: { attribute: false },
    active: { state: true },
    shown: { state: true },
  };

  declare locale: Locale;
  /** Prefix of the texts' keys: `field.date.`. */
  declare texts: string;
  /** The picked date, ISO; set by `open`. */
  private picked: string | undefined;
  /** The day the keyboard stands on, ISO. */
  declare private active: string;
  declare private shown: boolean;
  private anchor: HTMLElement | undefined;
  private onPick: (iso: string) => void = () => undefined;
  private moveFocus = false;

  constructor() {
    super();
    this.shown = false;
    this.active = new Date().toISOString().slice(0, 10);
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  get isOpen(): boolean {
    return this.shown;
  }

  /** Shows the month of `iso` (else of today) beside the anchor and takes the focus; `onPick` hears the choice. */
  async open(
    anchor: HTMLElement,
    iso: string | undefined,
    today: string,
    onPick: (iso: string) => void,
  ): Promise<void> {
    this.anchor = anchor;
    this.picked = iso;
    this.active = iso ?? today;
    this.todayIso = today;
    this.onPick = onPick;
    this.shown = true;
    this.moveFocus = true;
    document.addEventListener('pointerdown', this.onOutside, true);
    await this.updateComplete;
  }

  private todayIso = '';

  close(): void {
    if (!this.shown) return;
    this.shown = false;
    document.removeEventListener('pointerdown', this.onOutside, true);
    const panel = this.querySelector<HTMLElement>('[popover]');
    if (panel) hidePopup(panel);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('pointerdown', this.onOutside, true);
  }

  private readonly onOutside = (event: Event): void => {
    const path = event.composedPath();
    if (!path.includes(this) && !(this.anchor && path.includes(this.anchor))) this.close();
  };

  private pick(iso: string): void {
    this.close();
    this.onPick(iso);
  }

  private get day(): Day | undefined {
    return calendarDate(this.active, this.locale.calendar);
  }

  private go(step: { readonly days?: number; readonly months?: number; readonly years?: number }, focus = true): void {
    const moved = this.day?.add(step);
    const iso = moved && isoFrom(this.locale.calendar, moved.year, moved.month, moved.day);
    if (iso === undefined) return;
    this.active = iso;
    this.moveFocus = focus;
  }

  private onKeyDown(event: KeyboardEvent): void {
    const forward = this.locale.direction === 'rtl' ? -1 : 1;
    const inWeek = (weekdayOf(this.active) - firstWeekday(this.locale.language) + 7) % 7;
    const steps: Readonly<Record<string, () => void>> = {
      ArrowRight: () => this.go({ days: forward }),
      ArrowLeft: () => this.go({ days: -forward }),
      ArrowDown: () => this.go({ days: 7 }),
      ArrowUp: () => this.go({ days: -7 }),
      Home: () => this.go({ days: -inWeek }),
      End: () => this.go({ days: 6 - inWeek }),
      PageDown: () => this.go(event.shiftKey ? { years: 1 } : { months: 1 }),
      PageUp: () => this.go(event.shiftKey ? { years: -1 } : { months: -1 }),
      Enter: () => this.pick(this.active),
      ' ': () => this.pick(this.active),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }

  /** Keys of the whole panel: they must reach neither the form (Esc undoes, Enter saves) nor the grid. */
  private onPanelKey(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    this.close();
    this.anchor?.focus();
  }

  private onFocusOut(event: FocusEvent): void {
    const next = event.relatedTarget;
    if (next instanceof Node && !this.contains(next) && !this.anchor?.contains(next)) this.close();
  }

  override updated(_changed: PropertyValues<this>): void {
    if (!this.shown) return;
    const panel = this.querySelector<HTMLElement>('[popover]');
    if (panel && this.anchor) placePopup(panel, this.anchor);
    if (!this.moveFocus) return;
    this.moveFocus = false;
    this.querySelector<HTMLElement>('[role="gridcell"][tabindex="0"]')?.focus();
  }

  override render(): TemplateResult {
    const { day, locale } = this;
    const title = day
      ? `${monthNames(locale.language, locale.calendar, 'long')[day.month - 1] ?? ''} ${locale.digits(String(day.year))}`
      : '';
    return html`<div
      class="x-popup x-calendar"
      popover="manual"
      role="dialog"
      aria-label=${locale.t(`${this.texts}choose`)}
      @keydown=${this.onPanelKey}
      @focusout=${this.onFocusOut}
    >
      ${this.shown && day ? this.renderMonth(day, title) : nothing}
    </div>`;
  }

  private renderMonth(day: Day, title: string): TemplateResult {
    const { locale } = this;
    const long = weekdayNames(locale.language, 'long');
    const narrow = weekdayNames(locale.language, 'narrow');
    const first = firstWeekday(locale.language);
    const order = Array.from({ length: 7 }, (_, index) => (first + index) % 7);
    const button = (label: string, drawn: TemplateResult, step: () => void) =>
      html`<button
        type="button"
        class="x-button x-button-quiet x-button-icon"
        aria-label=${locale.t(this.texts + label)}
        @click=${step}
      >
        ${drawn}
      </button>`;
    return html`<div class="x-calendar-head">
        ${button('lastMonth', icon('chevron-left'), () => this.go({ months: -1 }, false))}
        <span class="x-calendar-title" aria-live="polite">${title}</span>
        ${button('nextMonth', icon('chevron-right'), () => this.go({ months: 1 }, false))}
      </div>
      <table role="grid" aria-label=${title} @keydown=${this.onKeyDown}>
        <thead>
          <tr>
            ${order.map((weekday) => html`<th scope="col" abbr=${long[weekday] ?? ''}>${narrow[weekday]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${weeksOf(day, locale, first).map(
            (week) =>
              html`<tr>
                ${week.map((iso) => (iso === undefined ? html`<td></td>` : this.renderDay(iso)))}
              </tr>`,
          )}
        </tbody>
      </table>
      <div class="x-calendar-foot">
        <button type="button" class="x-button x-button-quiet" @click=${() => this.pick(this.todayIso)}>
          ${locale.t(`${this.texts}today`)}
        </button>
      </div>`;
  }

  private renderDay(iso: string): TemplateResult {
    const { locale } = this;
    const day = calendarDate(iso, locale.calendar)?.day ?? 0;
    return html`<td
      role="gridcell"
      tabindex=${iso === this.active ? '0' : '-1'}
      aria-selected=${iso === this.picked ? 'true' : 'false'}
      aria-current=${ifDefined(iso === this.todayIso ? 'date' : undefined)}
      aria-label=${locale.date(iso, 'full')}
      @click=${() => this.pick(iso)}
    >
      ${locale.digits(String(day))}
    </td>`;
  }
}

/** The month's days as ISO in rows of seven, undefined before the first and after the last. */
function weeksOf(day: Day, locale: Locale, first: number): readonly (readonly (string | undefined)[])[] {
  const length = day.calendar.getDaysInMonth(day);
  const days = Array.from({ length }, (_, index) => isoFrom(locale.calendar, day.year, day.month, index + 1));
  const lead = days[0] === undefined ? 0 : (weekdayOf(days[0]) - first + 7) % 7;
  const cells: (string | undefined)[] = [...Array.from({ length: lead }, () => undefined), ...days];
  while (cells.length % 7 !== 0) cells.push(undefined);
  return Array.from({ length: cells.length / 7 }, (_, row) => cells.slice(row * 7, row * 7 + 7));
}

declare global {
  interface HTMLElementTagNameMap {
    'x-calendar-popup': CalendarPopup;
  }
}

/** Registers the element; whoever writes its tag calls this once. */
export function defineCalendarPopup(): void {
  if (!customElements.get('x-calendar-popup')) customElements.define('x-calendar-popup', CalendarPopup);
}
