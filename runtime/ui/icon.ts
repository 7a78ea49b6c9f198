// Icons as inline SVG out of one generated sprite of used lucide icons (virtual:peyvand-icons); decorative by default.
import { html, type TemplateResult } from 'lit';

/** Mirrored in right-to-left pages: they point along the reading direction. */
const directional = new Set([
  'chevron-left',
  'chevron-right',
  'arrow-left',
  'arrow-right',
  'log-out',
  'panel-left',
  'undo-2',
  'list',
  'text',
]);

/** An icon by lucide name. Without a label it is hidden from assistive technology. */
export function icon(name: string, label?: string): TemplateResult {
  const style = directional.has(name) ? 'x-icon x-icon-directional' : 'x-icon';
  return label === undefined
    ? html`<svg class=${style} aria-hidden="true"><use href=${`#i-${name}`}></use></svg>`
    : html`<svg class=${style} role="img" aria-label=${label}><use href=${`#i-${name}`}></use></svg>`;
}
