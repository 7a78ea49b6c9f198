// The member's card: the tier and what it gives, the points and what they are worth, and how far the next tier is.
import { html, nothing } from 'lit';
import { defineControl } from 'peyvand/ui';
import type { Explained } from './explained.ts';

const styles = `
.x-loyalty-card { display: grid; gap: var(--x-4); padding: var(--x-4); border: 1px solid var(--x-line); border-radius: var(--x-radius-large); background: var(--x-sunken); }
.x-loyalty-card-head { display: flex; flex-wrap: wrap; gap: var(--x-4); align-items: baseline; justify-content: space-between; }
.x-loyalty-tier { font-size: var(--x-size-5); font-weight: 650; }
.x-loyalty-points { font-size: var(--x-size-6); font-weight: 700; font-variant-numeric: tabular-nums; }
.x-loyalty-quiet { color: var(--x-text-2); font-size: var(--x-size-2); }
.x-loyalty-frozen { color: var(--x-danger); }
.x-loyalty-next { display: grid; gap: var(--x-1); }
.x-loyalty-next progress { inline-size: 100%; block-size: 8px; accent-color: var(--x-accent); }
`;

export default defineControl<Explained | undefined>({
  styles,
  async load({ id, entity, client }) {
    if (id === undefined) return undefined;
    return (await client.invoke('loyalty_Explain', {}, { entity, id })) as Explained;
  },
  render({ data, locale, texts }) {
    if (!data) return nothing;
    const { tier, balance, member, calendar } = data;
    const number = (value: number): string => locale.number(value);
    const day = (iso: string): string => locale.date(iso, 'medium', calendar);
    const measure = tier.basis === 'spend' ? tier.spend : tier.basis === 'count' ? tier.count : tier.points;
    const gives = [
      Number(tier.discountPercent) > 0 ? texts('card.discount', { percent: locale.number(tier.discountPercent) }) : '',
      tier.bonusPercent > 0 ? texts('card.bonus', { percent: locale.number(tier.bonusPercent) }) : '',
    ].filter((text) => text !== '');
    return html`<div class="x-loyalty-card">
      <div class="x-loyalty-card-head">
        <div>
          <div class="x-loyalty-tier">${tier.title}</div>
          <div class="x-loyalty-quiet">
            ${
              tier.until === undefined
                ? texts('card.since', { day: day(tier.since) })
                : texts('card.until', { day: day(tier.until) })
            }
          </div>
          ${gives.length === 0 ? nothing : html`<div class="x-loyalty-quiet">${gives.join(' · ')}</div>`}
          ${member.frozen ? html`<div class="x-loyalty-frozen">${texts('card.frozen')}</div>` : nothing}
        </div>
        <div>
          <div class="x-loyalty-points">${texts('card.points', { points: number(balance.spendable) })}</div>
          ${balance.worth.map(
            ({ currency, amount }) =>
              html`<div class="x-loyalty-quiet">
                ${texts('card.worth', { amount: locale.number(amount), currency })}
              </div>`,
          )}
          ${
            balance.pending === 0
              ? nothing
              : html`<div class="x-loyalty-quiet">${texts('card.pending', { points: number(balance.pending) })}</div>`
          }
          ${
            balance.reserved === 0
              ? nothing
              : html`<div class="x-loyalty-quiet">${texts('card.reserved', { points: number(balance.reserved) })}</div>`
          }
        </div>
      </div>
      ${
        tier.next && tier.basis !== 'expression'
          ? html`<label class="x-loyalty-next">
              <span class="x-loyalty-quiet"
                >${texts(`card.next.${tier.basis}`, {
                  missing: number(Math.max(0, tier.next.missing)),
                  tier: tier.titles[tier.next.tier] ?? tier.next.tier,
                })}</span
              >
              <progress max=${tier.next.threshold} .value=${Math.min(measure, tier.next.threshold)}></progress>
            </label>`
          : nothing
      }
    </div>`;
  },
});
