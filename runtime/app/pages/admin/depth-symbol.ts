// The five depths as symbols: a circle that fills up, told apart by shape alone in any theme and in forced colours.
import { html, svg, type TemplateResult } from 'lit';
import type { Depth } from './matrix-model.ts';

/** Clockwise from the top: a quarter, a half, three quarters. */
const sectors: Readonly<Partial<Record<Depth, string>>> = {
  own: 'M10 10V3a7 7 0 0 1 7 7z',
  unit: 'M10 3a7 7 0 0 1 0 14z',
  'unit-and-below': 'M10 10V3a7 7 0 1 1-7 7z',
};

export function depthSymbol(depth: Depth): TemplateResult {
  const sector = sectors[depth];
  return html`<svg class="x-depth x-depth-${depth}" viewBox="0 0 20 20" aria-hidden="true">
    <circle cx="10" cy="10" r="7.5"></circle>
    ${sector === undefined ? '' : svg`<path d=${sector}></path>`}
  </svg>`;
}
