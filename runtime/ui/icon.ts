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
  'redo-2',
  'list',
  'text',
]);

const looked = new Set<string>();

/** Looked for once per name; without a network the page does without. */
function ensure(name: string): void {
  if (looked.has(name)) return;
  looked.add(name);
  if (typeof document === 'undefined' || document.getElementById(`i-${name}`)) return;
  import('./absent-icon.ts').then(({ provideIcon }) => provideIcon(name)).catch(() => looked.delete(name));
}

/** An icon by lucide name. Without a label it is hidden from assistive technology. */
export function icon(name: string, label?: string): TemplateResult {
  ensure(name);
  const style = directional.has(name) ? 'x-icon x-icon-directional' : 'x-icon';
  return label === undefined
    ? html`<svg class=${style} aria-hidden="true"><use href=${`#i-${name}`}></use></svg>`
    : html`<svg class=${style} role="img" aria-label=${label}><use href=${`#i-${name}`}></use></svg>`;
}
