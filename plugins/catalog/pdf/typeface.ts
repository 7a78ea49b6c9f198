// The typeface of printed documents: Vazirmatn, which comes in two files, one with Arabic and one with Latin letters. Read and
// converted once per process.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, type Font } from 'fontkit';
import { staticFont } from './static-font.ts';

export type Weight = 'regular' | 'bold';
export type Script = 'arabic' | 'latin';

export interface Typeface {
  /** Under which a document knows it. */
  readonly name: string;
  readonly data: Uint8Array;
  readonly font: Font;
}

const WEIGHTS: Readonly<Record<Weight, number>> = { regular: 400, bold: 700 };
const known = new Map<string, Typeface>();

export function typeface(script: Script, weight: Weight): Typeface {
  const name = `Vazirmatn-${script}-${weight}`;
  const found = known.get(name);
  if (found) return found;
  const file = import.meta.resolve(`@fontsource-variable/vazirmatn/files/vazirmatn-${script}-wght-normal.woff2`);
  const data = staticFont(readFileSync(fileURLToPath(file)), name, WEIGHTS[weight]);
  const made = { name, data, font: create(data) };
  known.set(name, made);
  return made;
}
