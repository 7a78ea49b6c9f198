// JSON without loss: a number that binary floating point cannot hold keeps its source text as a string, and such text
// goes back to the server as the same digits.

type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** `-0012.500` → `-12.5`: what two texts of the same number have in common. */
function canonical(source: string): string {
  const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?(?:e([+-]?\d+))?$/i.exec(source);
  if (!match) return source;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  let digits = whole + fraction;
  let point = whole.length + Number(exponent);
  const leading = /^0*/.exec(digits)?.[0].length ?? 0;
  digits = digits.slice(leading).replace(/0+$/, '');
  point -= leading;
  return digits === '' ? '0' : `${sign}${digits}e${point}`;
}

/** The number when it holds every digit of the text, else the text itself. */
export function exactNumber(source: string): number | string {
  const value = Number(source);
  return Number.isFinite(value) && canonical(String(value)) === canonical(source) ? value : source;
}

/** Like JSON.parse; a number that would lose digits becomes its source text. */
export function parseExact(text: string): unknown {
  return parseWithSource(text, (_key, value, context) =>
    typeof value === 'number' && context?.source !== undefined && context.source.length > 15
      ? exactNumber(context.source)
      : value,
  );
}
