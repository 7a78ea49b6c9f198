// The date box: typed or picked, in the user's calendar, with the other calendar's date as a hint. Values are ISO dates.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from 'peyvand/ui';
import type { FieldContext, FieldMetadata, InputRequest, Locale } from 'peyvand/ui';
import { defineCalendarPopup } from './calendar-popup.ts';
import { TypedInput } from './typed-input.ts';
import type { TextCodec } from './typed-input.ts';

export const dateStrings = {
  en: {
    choose: 'Choose a date',
    open: 'Open the calendar',
    lastMonth: 'Previous month',
    nextMonth: 'Next month',
    today: 'Today',
    notDate: 'This is not a date. Write it like {example}, or today, tomorrow, +3d.',
    time: 'Time',
    notTime: 'This is not a time. Write it like 14:30.',
  },
  fa: {
    choose: 'انتخاب تاریخ',
    open: 'باز کردن تقویم',
    lastMonth: 'ماه قبل',
    nextMonth: 'ماه بعد',
    today: 'امروز',
    notDate: 'این تاریخ نیست. مانند {example} یا امروز، فردا، +3d بنویسید.',
    time: 'ساعت',
    notTime: 'این ساعت نیست. مانند ۱۴:۳۰ بنویسید.',
  },
} as const;

/** Today in the user's zone, ISO. */
export const todayIn = (locale: Locale): string => locale.parseDate('today') ?? new Date().toISOString().slice(0, 10);

/** The calendar the user does not use. */
export const otherCalendar = (locale: Locale) => (locale.calendar === 'persian' ? 'gregory' : 'persian');

export function dateCodec(field: FieldMetadata, context: FieldContext): TextCodec {
  const { locale } = context;
  const show = (value: unknown) => locale.date(String(value), 'short');
  return {
    show,
    edit: show,
    parse(text) {
      const iso = locale.parseDate(text);
      return iso === undefined
        ? { message: locale.t(`field.${field.type}.notDate`, { example: locale.date(todayIn(locale), 'short') }) }
        : { value: iso };
    },
  };
}

export class DateInput extends TypedInput {
  private openCalendar(): void {
    if (this.request.readOnly) return;
    const popup = this.querySelector('x-calendar-popup');
    const box = this.querySelector('input');
    if (!popup || !box) return;
    if (popup.isOpen) {
      popup.close();
      return;
    }
    this.commit();
    const { value } = this.request;
    void popup.open(box, typeof value === 'string' ? value : undefined, todayIn(this.request.context.locale), (iso) => {
      this.typed = undefined;
      this.request.onInvalid(undefined);
      this.request.onChange(iso);
      box.focus();
    });
  }

  private onOpenKey(event: KeyboardEvent): void {
    if (!event.altKey || event.key !== 'ArrowDown' || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
    event.stopPropagation();
    this.openCalendar();
  }

  override render(): TemplateResult {
    const { request } = this;
    const { locale } = request.context;
    const value = typeof request.value === 'string' ? request.value : undefined;
    return html`<span class="x-input-row" @keydown=${this.onOpenKey}>
        ${this.renderBox('')}
        <button
          type="button"
          class="x-button x-button-quiet x-button-icon"
          tabindex="-1"
          aria-label=${locale.t(`field.${request.field.type}.open`)}
          ?disabled=${request.readOnly}
          @click=${this.openCalendar}
        >
          ${icon('calendar')}
        </button>
      </span>
      ${
        value !== undefined && request.place === 'form'
          ? html`<span class="x-hint">${locale.date(value, 'medium', otherCalendar(locale))}</span>`
          : nothing
      }
      <x-calendar-popup .locale=${locale} .texts=${`field.${request.field.type}.`}></x-calendar-popup>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'x-date-input': DateInput;
  }
}

if (!customElements.get('x-date-input')) customElements.define('x-date-input', DateInput);
defineCalendarPopup();

export function dateInput(request: InputRequest): TemplateResult {
  return html`<x-date-input
    .request=${request}
    .codec=${dateCodec(request.field, request.context)}
    .look=${{ direction: 'ltr', spellcheck: false } as const}
  ></x-date-input>`;
}

export const dateInputStyles = `
  x-date-input { display: block; }
  x-date-input input { inline-size: 100%; }
  [dir='rtl'] x-date-input input[dir='ltr'] { text-align: right; }
`;
