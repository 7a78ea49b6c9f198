// Charts as SVG: bars, columns, lines, areas, pies, donuts, funnels. Values stand beside the shapes and series have patterns, so
// that nothing rests on colour; in right-to-left pages everything is mirrored but the figures themselves.
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Locale } from '../../ui/locale/locale.ts';

import { axisSteps, type ChartData, type ChartPoint } from './chart-data.ts';

export interface Drawing {
  readonly kind: string;
  readonly data: ChartData;
  readonly locale: Locale;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Keeps the ids of patterns apart. */
  readonly id: string;
  /** Where the rows behind a point are. */
  linkOf(point: ChartPoint): string | undefined;
}

/** Patterns repeat after so many series. */
const PATTERNS = 6;

export const compact = (locale: Locale, value: number): string =>
  locale.number(value, { notation: Math.abs(value) >= 10_000 ? 'compact' : 'standard', maximumFractionDigits: 1 });

export const full = (locale: Locale, value: number | undefined): string =>
  value === undefined ? '–' : locale.number(value, { maximumFractionDigits: 2 });

export function drawChart(drawing: Drawing): TemplateResult {
  const { width, height, kind } = drawing;
  const draw = { bar: bars, column: columns, line: lines, area: lines, pie: pie, donut: pie, funnel }[kind] ?? columns;
  return html`<svg
    class="x-chart"
    viewBox=${`0 0 ${width} ${height}`}
    width=${width}
    height=${height}
    direction="ltr"
    focusable="false"
  >
    ${patterns(drawing)} ${draw(drawing)}
  </svg>`;
}

/** Hatchings over the series' colours. */
function patterns({ id }: Drawing): unknown {
  const marks = [
    nothing,
    svg`<path d="M0 8 8 0" />`,
    svg`<path d="M0 0 8 8" />`,
    svg`<circle cx="4" cy="4" r="1.5" />`,
    svg`<path d="M4 0V8" />`,
    svg`<path d="M0 4H8" />`,
  ];
  return svg`<defs>${marks.map(
    (
      mark,
      index,
    ) => svg`<pattern id=${`${id}-${index}`} class="x-chart-pattern" width="8" height="8" patternUnits="userSpaceOnUse">
      <rect class=${`x-chart-fill-${index}`} width="8" height="8" />${mark}</pattern>`,
  )}</defs>`;
}

const fillOf = ({ id }: Drawing, index: number): string => `url(#${id}-${index % PATTERNS})`;

/** What a point says, and where it leads. */
function linked(drawing: Drawing, point: ChartPoint, shape: unknown, index = -1, name = point.label): unknown {
  const { locale, data } = drawing;
  const said = data.series
    .map((name, at) =>
      index >= 0 && index !== at
        ? undefined
        : `${data.series.length > 1 ? `${name}: ` : ''}${full(locale, point.values[at])}`,
    )
    .filter((one) => one !== undefined)
    .join(', ');
  const label = `${name}: ${said}`;
  const link = drawing.linkOf(point);
  return link === undefined
    ? svg`<g role="img" aria-label=${label}><title>${label}</title>${shape}</g>`
    : svg`<a href=${link} class="x-chart-link" aria-label=${label}><title>${label}</title>${shape}</a>`;
}

const values = ({ data }: Drawing): readonly number[] =>
  data.points.flatMap((point) => point.values.flatMap((value) => value ?? []));

interface Scale {
  readonly steps: readonly number[];
  /** 0–1 of the axis. */
  of(value: number): number;
}

function scaleOf(drawing: Drawing): Scale {
  const all = values(drawing);
  const steps = axisSteps(Math.min(0, ...all), Math.max(0, ...all), all.every(Number.isInteger));
  const [low = 0, high = 1] = [steps[0], steps.at(-1)];
  return { steps, of: (value) => (value - low) / (high - low) };
}

/** The figure is drawn from left to right; what it says is read as the page is. */
const read = ({ direction }: Locale, text: string): string => (direction === 'rtl' ? `\u2067${text}\u2069` : text);

const short = (text: string, room: number): string => {
  const most = Math.max(3, Math.floor(room / 6.5));
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
};

function frame(drawing: Drawing): {
  readonly scale: Scale;
  readonly left: number;
  readonly inner: number;
  readonly top: number;
  readonly tall: number;
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly axis: unknown;
} {
  const { width, height, locale } = drawing;
  const rtl = locale.direction === 'rtl';
  const scale = scaleOf(drawing);
  const room = Math.max(...scale.steps.map((step) => compact(locale, step).length)) * 7 + 10;
  const [top, bottom] = [16, 26];
  const inner = width - room - 8;
  const tall = height - top - bottom;
  const left = rtl ? 8 : room;
  const x = (at: number): number => left + (rtl ? 1 - at : at) * inner;
  const y = (value: number): number => top + (1 - scale.of(value)) * tall;
  const axis = svg`<g class="x-chart-axis" aria-hidden="true">${scale.steps.map(
    (
      step,
    ) => svg`<line x1=${left} x2=${left + inner} y1=${y(step)} y2=${y(step)} class=${step === 0 ? 'x-chart-zero' : ''} />
      <text x=${rtl ? left + inner + 6 : left - 6} y=${y(step) + 4} text-anchor=${rtl ? 'start' : 'end'}>${read(locale, compact(locale, step))}</text>`,
  )}</g>`;
  return { scale, left, inner, top, tall, x, y, axis };
}

/** Names below the points, as many as have room. */
function names(drawing: Drawing, x: (at: number) => number, inner: number): unknown {
  const { points } = drawing.data;
  const each = inner / Math.max(1, points.length);
  const longest = Math.min(16, Math.max(...points.map(({ label }) => label.length)));
  const every = Math.max(1, Math.ceil((longest * 6.6 + 8) / each));
  return svg`<g class="x-chart-axis" aria-hidden="true">${points.map((point, index) =>
    index % every !== 0
      ? nothing
      : svg`<text x=${x((index + 0.5) / points.length)} y=${drawing.height - 8} text-anchor="middle">${read(drawing.locale, short(point.label, each * every))}</text>`,
  )}</g>`;
}

function columns(drawing: Drawing): unknown {
  const { x, y, axis, inner } = frame(drawing);
  const { points, series } = drawing.data;
  const each = inner / Math.max(1, points.length);
  const group = Math.min(each * 0.72, 56 * series.length);
  const one = group / series.length;
  const rtl = drawing.locale.direction === 'rtl';
  return svg`${axis}${points.map((point, index) => {
    const middle = x((index + 0.5) / points.length);
    return point.values.map((value, at) => {
      if (value === undefined) return nothing;
      const place = rtl ? series.length - 1 - at : at;
      const from = middle - group / 2 + place * one + 1;
      const [upper, lower] = [Math.min(y(value), y(0)), Math.max(y(value), y(0))];
      const said = compact(drawing.locale, value);
      const shape = svg`<rect x=${from} y=${upper} width=${Math.max(1, one - 2)} height=${Math.max(1, lower - upper)} rx="2" fill=${fillOf(drawing, at)} />
        ${said.length * 6.4 < each / series.length ? svg`<text class="x-chart-value" x=${from + one / 2 - 1} y=${upper - 4} text-anchor="middle" aria-hidden="true">${read(drawing.locale, said)}</text>` : nothing}`;
      return linked(drawing, point, shape, at);
    });
  })}${names(drawing, x, inner)}`;
}

function lines(drawing: Drawing): unknown {
  const { x, y, axis, inner } = frame(drawing);
  const { points, series } = drawing.data;
  const at = (index: number): number => x((index + 0.5) / Math.max(1, points.length));
  return svg`${axis}${series.map((_name, place) => {
    const known = points.flatMap((point, index) => {
      const value = point.values[place] ?? (point.values.length > 0 ? 0 : undefined);
      return value === undefined ? [] : [{ point, x: at(index), y: y(value), value }];
    });
    const path = known.map((one, index) => `${index === 0 ? 'M' : 'L'}${one.x} ${one.y}`).join('');
    const [first, last] = [known[0], known.at(-1)];
    return svg`${
      drawing.kind === 'area' && first && last
        ? svg`<path class="x-chart-area" d=${`${path}L${last.x} ${y(0)}L${first.x} ${y(0)}Z`} fill=${fillOf(drawing, place)} aria-hidden="true" />`
        : nothing
    }<path class=${`x-chart-line x-chart-stroke-${place % PATTERNS}`} d=${path} stroke-dasharray=${place === 0 ? nothing : `${8 - place} ${2 + place}`} aria-hidden="true" />
    ${known.map((one) =>
      linked(
        drawing,
        one.point,
        svg`<circle cx=${one.x} cy=${one.y} r="12" fill="transparent" /><circle class=${`x-chart-dot x-chart-fill-${place % PATTERNS}`} cx=${one.x} cy=${one.y} r="4" />`,
        place,
      ),
    )}`;
  })}${names(drawing, x, inner)}`;
}

/** Rows with the name, the bar and the value. */
function bars(drawing: Drawing): unknown {
  const { width, height, locale, data } = drawing;
  const rtl = locale.direction === 'rtl';
  const { points, series } = data;
  const name = Math.min(width * 0.34, 160);
  const room = 56;
  const greatest = Math.max(1e-9, ...values(drawing).map(Math.abs));
  const each = Math.min(height / Math.max(1, points.length), 44);
  const one = Math.min((each - 8) / series.length, 22);
  const long = width - name - room;
  return svg`${points.map((point, index) => {
    const top = index * each + (each - one * series.length) / 2;
    const label = svg`<text class="x-chart-name" x=${rtl ? width - 2 : 2} y=${index * each + each / 2 + 4} text-anchor=${rtl ? 'end' : 'start'} aria-hidden="true">${read(locale, short(point.label, name))}</text>`;
    const shapes = point.values.map((value = 0, at) => {
      const size = Math.max(1, (Math.abs(value) / greatest) * long);
      const from = rtl ? width - name - size : name;
      return svg`<rect x=${from} y=${top + at * one} width=${size} height=${Math.max(2, one - 2)} rx="2" fill=${fillOf(drawing, at)} />
        <text class="x-chart-value" x=${rtl ? from - 5 : from + size + 5} y=${top + at * one + one / 2 + 3} text-anchor=${rtl ? 'end' : 'start'} aria-hidden="true">${read(locale, compact(locale, value))}</text>`;
    });
    return linked(
      drawing,
      point,
      svg`<rect x="0" y=${index * each} width=${width} height=${each} fill="transparent" />${label}${shapes}`,
    );
  })}`;
}

/** Each step as wide as its share of the first one that has anything. */
function funnel(drawing: Drawing): unknown {
  const { width, height, locale, data } = drawing;
  const rtl = locale.direction === 'rtl';
  const { points } = data;
  const name = Math.min(width * 0.3, 150);
  const room = 64;
  const long = width - name - room;
  const middle = (rtl ? room : name) + long / 2;
  const sizes = points.map((point) => Math.max(0, point.values[0] ?? 0));
  const greatest = Math.max(1e-9, ...sizes);
  const each = Math.min(height / Math.max(1, points.length), 56);
  return svg`${points.map((point, index) => {
    const half = Math.max(1, ((sizes[index] ?? 0) / greatest) * (long / 2));
    const next = Math.max(1, ((sizes[index + 1] ?? sizes[index] ?? 0) / greatest) * (long / 2));
    const [top, low] = [index * each + 2, (index + 1) * each - 2];
    const foot = Math.min(half, (half + next) / 2);
    const shape = `M${middle - half} ${top}H${middle + half}L${middle + foot} ${low}H${middle - foot}Z`;
    return linked(
      drawing,
      point,
      svg`<rect x="0" y=${index * each} width=${width} height=${each} fill="transparent" />
        <text class="x-chart-name" x=${rtl ? width - 2 : 2} y=${(top + low) / 2 + 4} text-anchor=${rtl ? 'end' : 'start'} aria-hidden="true">${read(locale, short(point.label, name))}</text>
        <path d=${shape} fill=${fillOf(drawing, 0)} />
        <text class="x-chart-value" x=${rtl ? 2 : width - 2} y=${(top + low) / 2 + 4} text-anchor=${rtl ? 'start' : 'end'} aria-hidden="true">${read(locale, compact(locale, sizes[index] ?? 0))}</text>`,
    );
  })}`;
}

function pie(drawing: Drawing): unknown {
  const { width, height, data, locale, kind } = drawing;
  const rtl = locale.direction === 'rtl';
  const radius = Math.min(height / 2 - 8, width / 4);
  const cx = rtl ? width - radius - 8 : radius + 8;
  const cy = height / 2;
  const shares = data.points.map((point) => Math.max(0, point.values[0] ?? 0));
  const whole = shares.reduce((sum, share) => sum + share, 0);
  if (whole <= 0) return nothing;
  const edge = (turn: number): string => {
    const angle = turn * 2 * Math.PI * (rtl ? -1 : 1) - Math.PI / 2;
    return `${cx + radius * Math.cos(angle)} ${cy + radius * Math.sin(angle)}`;
  };
  const sweep = rtl ? 0 : 1;
  const row = Math.min(24, height / Math.max(1, data.points.length));
  const first = cy - (row * data.points.length) / 2;
  const beside = rtl ? cx - radius - 20 : cx + radius + 20;
  let turn = 0;
  return svg`${data.points.map((point, index) => {
    const share = (shares[index] ?? 0) / whole;
    const [from, to] = [turn, (turn += share)];
    const shape =
      share > 0.9999
        ? svg`<circle cx=${cx} cy=${cy} r=${radius} fill=${fillOf(drawing, index)} />`
        : svg`<path class="x-chart-slice" d=${`M${cx} ${cy}L${edge(from)}A${radius} ${radius} 0 ${share > 0.5 ? 1 : 0} ${sweep} ${edge(to)}Z`} fill=${fillOf(drawing, index)} />`;
    const y = first + index * row + row / 2;
    const percent = locale.number(share, { style: 'percent', maximumFractionDigits: 0 });
    const name = `${short(point.label, width - 2 * radius - 110)} · ${percent}`;
    // Each part in its own direction: a name may end with a figure.
    const parted = name.replace(/^(.*) · (.*)$/s, '\u2068$1\u2069 · \u2068$2\u2069');
    const legend = svg`<rect x=${rtl ? beside - 12 : beside} y=${y - 6} width="12" height="12" rx="2" fill=${fillOf(drawing, index)} />
      <text class="x-chart-name" x=${rtl ? beside - 18 : beside + 18} y=${y + 4} text-anchor=${rtl ? 'end' : 'start'} aria-hidden="true">${read(locale, parted)}</text>`;
    return linked(drawing, point, svg`${shape}${legend}`, -1, name);
  })}${kind === 'donut' ? svg`<circle class="x-chart-hole" cx=${cx} cy=${cy} r=${radius * 0.58} aria-hidden="true" /><text class="x-chart-total" x=${cx} y=${cy + 6} text-anchor="middle" aria-hidden="true">${read(locale, compact(locale, whole))}</text>` : nothing}`;
}

/** Which pattern is which series; nothing where there is one. */
export function legendOf({ data, kind, id }: Drawing): TemplateResult | typeof nothing {
  if (data.series.length < 2 || kind === 'pie' || kind === 'donut' || kind === 'funnel') return nothing;
  return html`<ul class="x-chart-legend" role="list">
    ${data.series.map(
      (name, index) =>
        html`<li>
          <svg width="14" height="14" aria-hidden="true">
            <rect width="14" height="14" rx="3" fill=${`url(#${id}-${index % PATTERNS})`}></rect></svg
          ><bdi>${name}</bdi>
        </li>`,
    )}
  </ul>`;
}

/** The same figures as a table. */
export function tableOf({ data, locale }: Drawing, title: string): TemplateResult {
  return html`<table class="x-chart-table">
    <caption class="x-visually-hidden">
      ${title}
    </caption>
    <thead>
      <tr>
        <th scope="col">${data.group?.field.title ?? ''}</th>
        ${data.series.map((name) => html`<th scope="col" class="x-num">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${data.points.map(
        (point) =>
          html`<tr>
            <th scope="row"><bdi>${point.label}</bdi></th>
            ${data.series.map((_name, index) => html`<td class="x-num">${full(locale, point.values[index])}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
