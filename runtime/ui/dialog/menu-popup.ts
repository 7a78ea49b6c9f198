// A menu button's menu as the ARIA practices describe it: arrows, Home, End, typing a letter, Escape.
import { html, nothing, render } from 'lit';
import { icon } from '../icon.ts';
import { placePopup } from '../popup.ts';
import type { MenuItem } from './menu.ts';

export function showMenu(anchor: HTMLElement, items: readonly (MenuItem | string)[]): void {
  const menu = document.createElement('div');
  menu.className = 'x-popup x-menu';
  menu.setAttribute('popover', 'auto');
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', anchor.getAttribute('aria-label') ?? anchor.textContent.trim());

  const close = (back: boolean) => {
    if (menu.matches(':popover-open')) menu.hidePopover();
    if (back) anchor.focus();
  };
  render(
    items.map((item) => {
      if (item === '-') return html`<div class="x-separator" role="separator"></div>`;
      if (typeof item === 'string') return html`<div class="x-popup-title" role="presentation">${item}</div>`;
      return html`<button
        type="button"
        class="x-option"
        role=${item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
        aria-checked=${item.checked === undefined ? nothing : String(item.checked)}
        aria-disabled=${item.disabled ? 'true' : nothing}
        tabindex="-1"
        @click=${() => {
          if (item.disabled) return;
          close(true);
          item.run();
        }}
      >
        ${item.icon ? icon(item.icon) : nothing}<span>${item.label}</span>
        ${item.key ? html`<span class="x-option-key">${item.key}</span>` : nothing}
      </button>`;
    }),
    menu,
  );
  menu.addEventListener('keydown', (event) => {
    const options = [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]')];
    const at = options.indexOf(document.activeElement as HTMLElement);
    const step: Readonly<Record<string, number>> = {
      ArrowDown: (at + 1) % options.length,
      ArrowUp: (at - 1 + options.length) % options.length,
      Home: 0,
      End: options.length - 1,
    };
    const next = step[event.key];
    if (next !== undefined) {
      event.preventDefault();
      options[next]?.focus();
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      [...options.slice(at + 1), ...options]
        .find((option) => option.textContent.trim().toLowerCase().startsWith(letter))
        ?.focus();
    }
  });
  menu.addEventListener('toggle', (event) => {
    if ((event as ToggleEvent).newState !== 'closed') return;
    anchor.setAttribute('aria-expanded', 'false');
    menu.remove();
  });
  // Beside its anchor's landmark, so that it belongs to that part of the page.
  (anchor.closest('dialog, main, header') ?? document.body).append(menu);
  anchor.setAttribute('aria-expanded', 'true');
  placePopup(menu, anchor);
  menu.style.removeProperty('min-inline-size');
  menu.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
}
