// The calendar's look, which the form has before the calendar itself is loaded.

export const calendarStyles = `
  .x-calendar { padding: var(--x-2); }
  .x-calendar table { border-collapse: collapse; inline-size: 100%; }
  .x-calendar :is(th, td) { inline-size: 2.25rem; block-size: 2.25rem; padding: 0; text-align: center; border-radius: 0.375rem; }
  .x-calendar th { font-weight: normal; font-size: 0.875em; color: var(--x-text-2); }
  .x-calendar td[role='gridcell'] { cursor: pointer; }
  .x-calendar td[role='gridcell']:hover { background: var(--x-hover); }
  .x-calendar td[aria-current='date'] { font-weight: bold; text-decoration: underline; text-underline-offset: 0.25em; }
  .x-calendar td[aria-selected='true'] { background: var(--x-accent); color: var(--x-on-accent); }
  .x-calendar td:focus-visible { outline: 2px solid var(--x-focus); outline-offset: 1px; }
  .x-calendar-head { display: flex; align-items: center; justify-content: space-between; gap: 0.5rem; }
  .x-calendar-title { font-weight: 600; }
  .x-calendar-foot { display: flex; justify-content: center; padding-block-start: 0.25rem; }
  @media (forced-colors: active) { .x-calendar td[aria-selected='true'] { forced-color-adjust: none; background: Highlight; color: HighlightText; } }
`;
