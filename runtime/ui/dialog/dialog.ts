// Modal dialogs on the platform's <dialog>: focus goes in, comes back, Escape closes.
import { html, nothing, render, type TemplateResult } from 'lit';
import { icon } from '../icon.ts';
import type { Locale } from '../locale/locale.ts';
import './dialog.css';

export interface DialogHandle<T> {
  close(result?: T): void;
  update(): void;
  readonly element: HTMLDialogElement;
}

export interface DialogOptions<T> {
  readonly title: string;
  readonly wide?: boolean;
  readonly locale: Locale;
  body(handle: DialogHandle<T>): unknown;
  foot?(handle: DialogHandle<T>): unknown;
  /** May hold the dialog open when the user wants to leave it: answer false. */
  leave?(): boolean | Promise<boolean>;
}

let number = 0;

/** Opens a dialog; resolves to what `close` was given, or undefined when it was left. */
export function openDialog<T>(options: DialogOptions<T>): Promise<T | undefined> {
  const element = document.createElement('dialog');
  const id = `dialog-${++number}`;
  element.className = options.wide ? 'x-dialog x-dialog-wide' : 'x-dialog';
  element.setAttribute('aria-labelledby', id);
  let result: T | undefined;

  const leave = async () => {
    if (!options.leave || (await options.leave())) element.close();
  };
  const handle: DialogHandle<T> = {
    element,
    close(value) {
      result = value;
      element.close();
    },
    update: () => draw(),
  };
  const view = (): TemplateResult => html`
    <div class="x-dialog-head">
      <h2 id=${id}>${options.title}</h2>
      <button
        type="button"
        class="x-button x-button-quiet x-button-icon x-button-small"
        aria-label=${options.locale.t('common.close')}
        @click=${leave}
      >
        ${icon('x')}
      </button>
    </div>
    <div class="x-dialog-body">${options.body(handle)}</div>
    ${options.foot ? html`<div class="x-dialog-foot">${options.foot(handle)}</div>` : nothing}
  `;
  const draw = () => render(view(), element);

  return new Promise((resolve) => {
    element.addEventListener('cancel', (event) => {
      if (event.target !== element) return;
      event.preventDefault();
      void leave();
    });
    element.addEventListener('close', (event) => {
      if (event.target !== element) return;
      element.remove();
      resolve(result);
    });
    draw();
    document.body.append(element);
    element.showModal();
    element.querySelector<HTMLElement>('[autofocus]')?.focus();
  });
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly look?: 'primary' | 'danger';
}

/** Asks one question; the last choice stands at the end. Undefined when the dialog was left. */
export function ask<T extends string>(
  locale: Locale,
  title: string,
  text: unknown,
  choices: readonly Choice<T>[],
): Promise<T | undefined> {
  return openDialog<T>({
    title,
    locale,
    body: () => (typeof text === 'string' ? html`<p>${text}</p>` : text),
    foot: (handle) =>
      choices.map(
        (choice) =>
          html`<button
            type="button"
            class="x-button ${choice.look ? `x-button-${choice.look}` : ''}"
            ?autofocus=${choice.look !== undefined}
            @click=${() => handle.close(choice.value)}
          >
            ${choice.label}
          </button>`,
      ),
  });
}
