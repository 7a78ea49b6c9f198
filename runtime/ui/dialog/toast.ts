// Short messages at the foot of the window, told to screen readers politely; errors stay until dismissed.
import { html, nothing, render } from 'lit';
import { icon } from '../icon.ts';

export interface ToastAction {
  readonly label: string;
  run(): void;
}

interface Toast {
  readonly text: string;
  readonly kind: 'done' | 'error';
  readonly action: ToastAction | undefined;
}

let host: HTMLElement | undefined;
let toasts: readonly Toast[] = [];

function draw(): void {
  if (!host) {
    host = document.createElement('section');
    host.className = 'x-toasts';
    host.setAttribute('popover', 'manual');
    host.setAttribute('role', 'status');
    document.body.append(host);
  }
  render(
    toasts.map(
      (toast) =>
        html`<div class="x-toast ${toast.kind === 'error' ? 'x-toast-error' : ''}">
          ${toast.kind === 'error' ? icon('circle-alert') : icon('check')}
          <span>${toast.text}</span>
          ${
            toast.action
              ? html`<button
                  type="button"
                  class="x-button x-button-small"
                  @click=${() => {
                    toast.action?.run();
                    dismiss(toast);
                  }}
                >
                  ${toast.action.label}
                </button>`
              : nothing
          }
          ${
            toast.kind === 'error'
              ? html`<button
                  type="button"
                  class="x-button x-button-small x-button-icon"
                  aria-label="×"
                  @click=${() => dismiss(toast)}
                >
                  ${icon('x')}
                </button>`
              : nothing
          }
        </div>`,
    ),
    host,
  );
  // Shown again, it comes to the top of the top layer, above a dialog opened meanwhile.
  if (host.matches(':popover-open')) host.hidePopover();
  if (toasts.length > 0) host.showPopover();
}

function dismiss(toast: Toast): void {
  toasts = toasts.filter((one) => one !== toast);
  draw();
}

export function showToast(text: string, kind: 'done' | 'error' = 'done', action?: ToastAction): void {
  const toast: Toast = { text, kind, action };
  toasts = [...toasts.slice(-2), toast];
  draw();
  if (kind === 'done') setTimeout(() => dismiss(toast), action ? 8000 : 4000);
}
