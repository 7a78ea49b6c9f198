// Whether a quote's discount or margin is beyond what needs no approval, as the pricing engine flagged it, and in which words.
import type { PluginContext, Row } from 'peyvand/sdk';
import type { PricingFlag } from '../pricing/priced-document.ts';
import { big } from './rows.ts';

export const APPROVAL = { none: 0, needed: 1, approved: 2, rejected: 3 } as const;
/** The right of roles to decide. */
export const APPROVER = 'approve-discounts';

const sentences = {
  en: {
    discount: 'the discount of {value} % is above {limit} %',
    margin: 'the margin of {value} % is below {limit} %',
    line: 'the margin of a line, {value} %, is below {limit} %',
    join: '; ',
  },
  fa: {
    discount: 'تخفیف {value}٪ بیش از {limit}٪ است',
    margin: 'حاشیهٔ سود {value}٪ کمتر از {limit}٪ است',
    line: 'حاشیهٔ سود یک قلم، {value}٪، کمتر از {limit}٪ است',
    join: '؛ ',
  },
};

function flagsOf(explanation: unknown): readonly PricingFlag[] {
  const flags: unknown = (explanation as { readonly flags?: unknown } | null | undefined)?.flags;
  return Array.isArray(flags) ? (flags as readonly PricingFlag[]) : [];
}

/** Codes of what makes a document wrong, by its `priceexplanation`. */
export function errorsOf(explanation: unknown): readonly string[] {
  const wrong = flagsOf(explanation).filter(({ severity }) => severity === 'error');
  return [...new Set(wrong.map(({ code }) => code))];
}

/** Empty where nothing stands in the way. At most 500 characters. */
export function reasonsForApproval({ language }: Pick<PluginContext, 'language'>, explanation: unknown): string {
  const tongue = language.startsWith('fa') ? 'fa' : 'en';
  const say = sentences[tongue];
  const number = new Intl.NumberFormat(tongue, { maximumFractionDigits: 2 });
  const shown = (text: string | undefined) =>
    text === undefined || text === '' ? '–' : number.format(text as unknown as number);
  const reasons = flagsOf(explanation)
    .filter(({ severity }) => severity === 'approval')
    .map(({ code, facts, lineId }) => {
      const isDiscount = code === 'discount-above-maximum';
      const sentence = isDiscount ? say.discount : lineId === undefined ? say.margin : say.line;
      return sentence
        .replace('{value}', shown(isDiscount ? facts['discount'] : facts['margin']))
        .replace('{limit}', shown(isDiscount ? facts['maximum'] : facts['minimum']));
    });
  return [...new Set(reasons)].join(say.join).slice(0, 500);
}

/** What a newly priced quote says of its approval: an approval holds for what was approved, not for what came after. */
export function approvalOf(context: Pick<PluginContext, 'language'>, quote: Row, priced: Row): Row {
  const reason = reasonsForApproval(context, priced['priceexplanation']);
  const names = ['totalamount', 'effectivediscountpercent', 'marginpercent'];
  const isSame = names.every((name) => big(quote[name]).eq(big(priced[name])));
  const decided = [APPROVAL.approved, APPROVAL.rejected].some((one) => one === quote['approvalstatus']);
  if (reason !== '' && decided && isSame) return {};
  return { approvalstatus: reason === '' ? APPROVAL.none : APPROVAL.needed, approvalneeded: reason || null };
}
