// Saving while a control still has the focus: what has been typed is handed over as if the field had been left.

export function commitTyping(root: HTMLElement): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLInputElement || focused instanceof HTMLTextAreaElement) {
    if (root.contains(focused)) focused.dispatchEvent(new Event('change', { bubbles: true }));
  }
}
