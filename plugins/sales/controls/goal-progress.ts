// How far a goal is: what is achieved and on its way against the target, and where one should be today.
import { html, nothing } from 'lit';
import { defineControl, styled, type FieldValue } from 'peyvand/ui';

function numberOf(value: FieldValue | undefined): number | undefined {
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : undefined;
}

export default defineControl({
  styles: `
    .x-goal { display: grid; gap: var(--x-3); }
    .x-goal-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: var(--x-2) var(--x-4); }
    .x-goal-share { font-size: var(--x-size-6); font-weight: 600; font-variant-numeric: tabular-nums; }
    .x-goal-mood { padding: 2px var(--x-2); border-radius: 99px; font-size: var(--x-size-2); background: var(--x-good-soft); color: var(--x-good); }
    .x-goal-mood[data-behind] { background: var(--x-warn-soft); color: var(--x-warn); }
    .x-goal-bar { position: relative; block-size: 18px; border-radius: 9px; background: var(--x-sunken); box-shadow: inset 0 0 0 1px var(--x-line-strong); }
    .x-goal-done, .x-goal-way { position: absolute; inset-block: 0; inset-inline-start: 0; border-radius: 9px; inline-size: var(--x-part); }
    .x-goal-done { background: var(--x-accent); }
    .x-goal-way { background: repeating-linear-gradient(-45deg, var(--x-accent-line) 0 6px, var(--x-accent-soft) 6px 12px); }
    .x-goal-mark { position: absolute; inset-block: -4px; inset-inline-start: var(--x-part); inline-size: 2px; background: var(--x-text); }
    .x-goal-facts { display: flex; flex-wrap: wrap; gap: var(--x-2) var(--x-5); margin: 0; }
    .x-goal-facts dt { color: var(--x-text-3); font-size: var(--x-size-2); }
    .x-goal-facts dd { margin: 0; font-variant-numeric: tabular-nums; }
  `,
  render({ record, locale, texts }) {
    const [actual = 0, inProgress = 0] = [numberOf(record['actualdecimal']), numberOf(record['inprogressdecimal'])];
    const target = numberOf(record['targetdecimal']);
    const expected = numberOf(record['computedtargetasoftodaydecimal']);
    const stretch = numberOf(record['stretchtargetdecimal']);
    if (target === undefined || target === 0) return html`<p class="x-muted">${texts('goal.noTarget')}</p>`;
    const full = Math.max(target, stretch ?? 0, actual);
    const part = (value: number) =>
      styled({ '--x-part': `${String(Math.min(100, Math.max(0, (value / full) * 100)))}%` });
    const percent = locale.number(actual / target, { style: 'percent', maximumFractionDigits: 0 });
    const isBehind = actual < target && expected !== undefined && actual < expected;
    const mood = actual >= target ? 'goal.reached' : isBehind ? 'goal.behind' : 'goal.ahead';
    const fact = (key: string, value: number | undefined) =>
      value === undefined
        ? nothing
        : html`<div>
            <dt>${texts(key)}</dt>
            <dd>${locale.number(value)}</dd>
          </div>`;
    return html`<div class="x-goal">
      <div class="x-goal-head">
        <span class="x-goal-share">${percent}</span>
        ${expected === undefined ? nothing : html`<span class="x-goal-mood" ?data-behind=${isBehind}>${texts(mood)}</span>`}
      </div>
      <div
        class="x-goal-bar"
        role="progressbar"
        aria-label=${texts('goal.actual')}
        aria-valuemin="0"
        aria-valuemax=${target}
        aria-valuenow=${Math.min(actual, target)}
        aria-valuetext=${texts('goal.share', { percent })}
      >
        <span class="x-goal-way" ${part(actual + inProgress)}></span>
        <span class="x-goal-done" ${part(actual)}></span>
        ${expected === undefined ? nothing : html`<span class="x-goal-mark" ${part(expected)} data-tip=${texts('goal.expected')}></span>`}
      </div>
      <dl class="x-goal-facts">
        ${fact('goal.actual', actual)} ${fact('goal.inProgress', inProgress)} ${fact('goal.expected', expected)}
        ${fact('goal.target', target)} ${fact('goal.stretch', stretch)}
      </dl>
    </div>`;
  },
});
