// The view kind `board`: rows as cards in the columns of a choice or a lookup.
import { html } from 'lit';
import { defineView } from 'peyvand/ui';
import { loadBoard, type BoardData } from './board-data.ts';
import './board-element.ts';

export default defineView<BoardData>({
  load: loadBoard,
  render: ({ data, ...context }) => html`<x-board .context=${context} .data=${data}></x-board>`,
  styles: `
  x-board { display: flex; flex: 1; min-inline-size: 0; min-block-size: 0; }
  .x-board { display: flex; flex: 1; gap: 0.75rem; align-items: stretch; padding: 0.25rem 1rem 1rem; overflow: auto; min-inline-size: 0; min-block-size: 0; position: relative; scroll-snap-type: x proximity; }
  .x-board-column { display: flex; flex-direction: column; flex: 1 0 15rem; max-inline-size: 22rem; gap: 0.5rem; padding: 0.5rem; background: var(--x-sunken); border: 1px solid var(--x-line); border-radius: var(--x-radius-large); scroll-snap-align: start; block-size: fit-content; min-block-size: 8rem; }
  .x-board-column[data-over] { border-color: var(--x-accent); background: var(--x-accent-soft); }
  .x-board-head { display: flex; align-items: baseline; gap: 0.5rem; padding: 0.25rem; border-block-end: 3px solid var(--x-chip-color, var(--x-line-strong)); }
  .x-board-head h2 { margin: 0; font-size: var(--x-size-3); font-weight: 600; }
  .x-board-sum { margin-inline-start: auto; color: var(--x-text-2); font-size: var(--x-size-2); }
  .x-board-cards { display: flex; flex-direction: column; gap: 0.5rem; margin: 0; padding: 0; list-style: none; }
  .x-board-card { display: grid; grid-template-columns: 1fr auto; gap: 0.125rem 0.25rem; padding: 0.5rem 0.625rem; background: var(--x-surface); border: 1px solid var(--x-line); border-radius: var(--x-radius); box-shadow: var(--x-shadow-1); }
  .x-board-card[draggable='true'] { cursor: grab; }
  .x-board-card:focus-within { border-color: var(--x-accent); }
  .x-board-link { align-self: center; font-weight: 550; color: var(--x-text); text-decoration: none; overflow-wrap: anywhere; min-block-size: 24px; }
  .x-board-link:hover { text-decoration: underline; }
  .x-board-facts { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 0.125rem 0.75rem; margin: 0; font-size: var(--x-size-2); color: var(--x-text-2); }
  .x-board-facts dd { margin: 0; }
  .x-board-none { padding: 0.5rem; margin: 0; }
  @media (max-width: 720px) { .x-board-column { flex-basis: 82vw; } .x-board { padding-inline: 0.75rem; } }
  `,
});
