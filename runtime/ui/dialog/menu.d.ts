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
export declare function openMenu(anchor: HTMLElement, items: readonly (MenuItem | string)[]): void;
