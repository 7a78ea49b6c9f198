// Sets style properties of an element through the CSSOM: unlike a style attribute this passes a strict content security
// policy. Use in element position: html`<div ${styled({'--x-chip-color': color})}>`.
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

type Styles = Readonly<Record<string, string | undefined>>;

class StyledDirective extends Directive {
  render(_styles: Styles): typeof noChange {
    return noChange;
  }

  override update(part: ElementPart, [styles]: [Styles]): typeof noChange {
    const style = (part.element as HTMLElement).style;
    for (const [name, value] of Object.entries(styles)) {
      if (value === undefined) style.removeProperty(name);
      else style.setProperty(name, value);
    }
    return noChange;
  }
}

export const styled = directive(StyledDirective);
