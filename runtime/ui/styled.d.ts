import { noChange } from 'lit';
import { Directive, type ElementPart } from 'lit/directive.js';
type Styles = Readonly<Record<string, string | undefined>>;
declare class StyledDirective extends Directive {
    render(_styles: Styles): typeof noChange;
    update(part: ElementPart, [styles]: [Styles]): typeof noChange;
}
export declare const styled: (_styles: Readonly<Record<string, string | undefined>>) => import("lit-html/directive.js").DirectiveResult<typeof StyledDirective>;
export {};
