// Tooltips for elements with `data-tip`: on hover after a moment, on keyboard focus at once, gone with Escape.
import { placePopup } from '../popup.ts';
import './tooltip.css';

export function installTooltips(): void {
  const tip = document.createElement('div');
  tip.className = 'x-tooltip';
  tip.setAttribute('popover', 'manual');
  tip.setAttribute('role', 'tooltip');
  tip.id = 'x-tooltip';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let owner: Element | undefined;

  const hide = () => {
    clearTimeout(timer);
    owner?.removeAttribute('aria-describedby');
    owner = undefined;
    if (tip.matches(':popover-open')) tip.hidePopover();
  };
  const show = (target: EventTarget | null, delay: number) => {
    const element = target instanceof Element ? target.closest('[data-tip]') : null;
    if (element === owner) return;
    hide();
    const text = element?.getAttribute('data-tip');
    if (!element || !text) return;
    owner = element;
    timer = setTimeout(() => {
      if (!element.isConnected) return;
      tip.textContent = text;
      // Inside a modal dialog only what stands in it can be shown above it.
      (element.closest('dialog') ?? document.body).append(tip);
      placePopup(tip, element, 6);
      tip.style.removeProperty('min-inline-size');
      if (!element.hasAttribute('aria-describedby')) element.setAttribute('aria-describedby', tip.id);
    }, delay);
  };

  document.addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'touch') show(event.target, 450);
  });
  document.addEventListener('focusin', (event) => {
    if (event.target instanceof Element && event.target.matches(':focus-visible')) show(event.target, 0);
  });
  document.addEventListener('focusout', hide);
  document.addEventListener('pointerdown', hide);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
}
