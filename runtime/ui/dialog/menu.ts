// Opens the menu of a menu button. What shows it (menu-popup.ts) comes with the first one, so that no screen waits for it.
export interface MenuItem {
  readonly label: string;
  readonly icon?: string;
  /** Shortcut shown at the end. */
  readonly key?: string;
  /** Present: a check item. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  run(): void;
}

/** Opens a menu at the anchor (its button). `'-'` is a separator; a text starts a titled part. */
export function openMenu(anchor: HTMLElement, items: readonly (MenuItem | string)[]): void {
  void import('./menu-popup.ts').then(({ showMenu }) => showMenu(anchor, items));
}
