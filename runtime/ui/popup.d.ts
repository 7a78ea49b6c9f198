/** Shows the popover (an element with the `popover` attribute) at the anchor. Call again after its size has changed. */
export declare function placePopup(popup: HTMLElement, anchor: Element, gap?: number): void;
export declare function hidePopup(popup: HTMLElement): void;
