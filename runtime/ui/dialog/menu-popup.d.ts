import type { MenuItem } from './menu.ts';
export declare function showMenu(anchor: HTMLElement, items: readonly (MenuItem | string)[]): void;
