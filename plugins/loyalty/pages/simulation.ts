// A change of rules, tried over the purchases of the past: what it would have given, and what that is worth. Nothing is written.
import { html, nothing } from 'lit';
import { definePage, type PageContext } from 'peyvand/ui';
import { programmeChoice, programmesOf, type Programme } from './programmes.ts';

interface RuleRow {
  readonly code: string;
  readonly name: string;
  readonly kind: number;
  readonly points: number;
  readonly peramount: number | null;
  readonly percent: number | null;
}

interface Outcome {
  readonly purchases: number;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  readonly currency?: string;
  readonly cost?: string;
  readonly costs: boolean;
  readonly expectedLiability?: string;
  readonly byRule: readonly { readonly rule: string; readonly before: number; readonly after: number }[];
}

interface Loaded {
  readonly programmes: readonly Programme[];
  readonly chosen: string;
  readonly rules: readonly RuleRow[];
  outcome?: Outcome;
  running: boolean;
}

const styles = `
.x-loyalty-simulation { display: grid; gap: var(--x-5); padding-inline: var(--x-4); align-content: start; max-inline-size: 960px; }
.x-loyalty-simulation h2 { margin: 0; font-size: var(--x-size-5); }
.x-loyalty-field { display: grid; gap: var(--x-1); max-inline-size: 320px; }
.x-loyalty-rules { display: grid; gap: var(--x-3); }
.x-loyalty-rule { display: grid; grid-template-columns: minmax(140px, 2fr) repeat(3, minmax(90px, 1fr)); gap: var(--x-3); align-items: end; border: 0; margin: 0; padding: 0; }
.x-loyalty-rule label { display: grid; gap: var(--x-1); font-size: var(--x-size-2); color: var(--x-text-2); }
.x-loyalty-outcome { display: grid; gap: var(--x-3); padding: var(--x-4); border: 1px solid var(--x-line); border-radius: var(--x-radius-large); background: var(--x-sunken); }
.x-loyalty-outcome table { border-collapse: collapse; }
.x-loyalty-outcome :is(th, td) { padding: var(--x-2); text-align: end; font-variant-numeric: tabular-nums; }
.x-loyalty-outcome :is(th, td):first-child { text-align: start; }
.x-loyalty-outcome strong { font-size: var(--x-size-5); }
@media (max-width: 640px) { .x-loyalty-rule { grid-template-columns: 1fr 1fr; } .x-loyalty-rule > :first-child { grid-column: 1 / -1; } }
`;

type Context = PageContext & { readonly data: Loaded };

async function run(context: Context, form: HTMLFormElement): Promise<void> {
  const { data, client, locale, fail, update } = context;
  const entered = new FormData(form);
  const said = (rule: string, field: string): string | undefined => {
    const text = String(entered.get(`${rule}/${field}`) ?? '').trim();
    return text === '' ? undefined : (locale.parseNumber(text) ?? text);
  };
  const Rules = data.rules.map(({ code, kind }) => {
    const points = said(code, 'points');
    const per = said(code, 'peramount');
    const percent = said(code, 'percent');
    if (kind === 3) return { code, percent: Number(percent ?? 0) };
    return { code, points: Number(points ?? 0), peramount: per ?? null };
  });
  const Program = { entity: 'loyaltyprogram', id: data.chosen };
  data.running = true;
  update();
  try {
    const months = Number(said('months', 'back') ?? 12);
    data.outcome = (await client.invoke('loyalty_Simulate', { Program, Rules, Months: months })) as Outcome;
  } catch (error) {
    fail(error);
  } finally {
    data.running = false;
    update();
  }
}

export default definePage<Loaded>({
  styles,
  async load(context) {
    const programmes = await programmesOf(context);
    const chosen = context.parameters.get('program') ?? programmes[0]?.id ?? '';
    if (chosen === '') return { programmes, chosen, rules: [], running: false };
    const rows = await context.client.list(
      'loyaltyrule',
      `$select=code,name,kind,points,peramount,percent,version&$filter=_loyaltyprogramid_value eq ${chosen} and statecode eq 0&$orderby=sortorder,code,version desc`,
    );
    const rules = new Map<string, RuleRow>();
    for (const row of rows as unknown as readonly RuleRow[]) if (!rules.has(row.code)) rules.set(row.code, row);
    return { programmes, chosen, rules: [...rules.values()], running: false };
  },
  render(context) {
    const { data, locale, texts } = context;
    const { programmes, chosen, rules, outcome, running } = data;
    const submit = (event: SubmitEvent): void => {
      event.preventDefault();
      void run(context, event.target as HTMLFormElement);
    };
    const input = (rule: RuleRow, field: 'points' | 'peramount' | 'percent') =>
      html`<label>
        ${texts(`simulation.${field}`)}
        <input
          class="x-input"
          inputmode="decimal"
          name="${rule.code}/${field}"
          .value=${rule[field] === null ? '' : locale.number(rule[field])}
        />
      </label>`;
    return html`<div class="x-loyalty-simulation">
      <p>${texts('simulation.about')}</p>
      ${
        programmes.length === 0
          ? html`<p>${texts('simulation.empty')}</p>`
          : html`${programmeChoice(context, 'loyalty.simulation', programmes, chosen)}
              <form class="x-loyalty-rules" @submit=${submit}>
                ${rules.map(
                  (rule) =>
                    html`<fieldset class="x-loyalty-rule">
                      <div>${rule.name}</div>
                      ${rule.kind === 3 ? input(rule, 'percent') : html`${input(rule, 'points')}${input(rule, 'peramount')}`}
                    </fieldset>`,
                )}
                <label class="x-loyalty-field">
                  <span>${texts('simulation.months')}</span>
                  <input class="x-input" inputmode="numeric" name="months/back" .value=${locale.number(12)} />
                </label>
                <div>
                  <button class="x-button x-button-primary" ?disabled=${running}>
                    ${texts(running ? 'simulation.running' : 'simulation.run')}
                  </button>
                </div>
              </form>`
      }
      ${
        outcome
          ? html`<section class="x-loyalty-outcome" aria-live="polite">
              <h2>${texts('simulation.outcome', { count: outcome.purchases })}</h2>
              <div>
                <strong>${locale.number(outcome.difference, { signDisplay: 'exceptZero' })}</strong>
                ${texts('simulation.points-more')}
              </div>
              ${
                outcome.cost === undefined
                  ? nothing
                  : html`<div>
                      ${texts(outcome.costs ? 'simulation.costs' : 'simulation.saves', {
                        amount: locale.number(outcome.cost),
                        currency: outcome.currency ?? '',
                        expected: locale.number(outcome.expectedLiability ?? '0'),
                      })}
                    </div>`
              }
              <table>
                <thead>
                  <tr>
                    <th scope="col">${texts('simulation.rule')}</th>
                    <th scope="col">${texts('simulation.before')}</th>
                    <th scope="col">${texts('simulation.after')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${outcome.byRule.map(
                    ({ rule, before, after }) =>
                      html`<tr>
                        <td>${rules.find(({ code }) => code === rule)?.name ?? texts(`simulation.rule.${rule}`)}</td>
                        <td>${locale.number(before)}</td>
                        <td>${locale.number(after)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
            </section>`
          : nothing
      }
    </div>`;
  },
});
