// Places a native popover beside its anchor: below, or above when there is more room; aligned to the anchor's start in
// the reading direction, kept inside the window.

/** Shows the popover (an element with the `popover` attribute) at the anchor. Call again after its size has changed. */
export function placePopup(popup: HTMLElement, anchor: Element, gap = 4): void {
  if (!popup.matches(':popover-open')) popup.showPopover();
  const a = anchor.getBoundingClientRect();
  const style = popup.style;
  style.setProperty('margin', '0');
  style.setProperty('inset', 'auto');
  style.setProperty('min-inline-size', `${Math.min(a.width, innerWidth - 16)}px`);
  style.removeProperty('max-block-size');
  const size = popup.getBoundingClientRect();
  const below = innerHeight - a.bottom - gap - 8;
  const above = a.top - gap - 8;
  const under = size.height <= below || below >= above;
  style.setProperty('max-block-size', `${Math.max(120, under ? below : above)}px`);
  const height = Math.min(size.height, under ? below : above);
  style.setProperty('top', `${under ? a.bottom + gap : Math.max(8, a.top - gap - height)}px`);
  const rightToLeft = getComputedStyle(anchor).direction === 'rtl';
  const wanted = rightToLeft ? a.right - size.width : a.left;
  style.setProperty('left', `${Math.max(8, Math.min(wanted, innerWidth - size.width - 8))}px`);
}

export function hidePopup(popup: HTMLElement): void {
  if (popup.matches(':popover-open')) popup.hidePopover();
}
