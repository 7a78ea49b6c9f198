// What choice and multi-choice share: options by value, their labels with a dot of colour, reading typed labels.
import { html } from 'lit';
import { foldText, latinDigits, styled } from 'peyvand/ui';
import type { FieldMetadata } from 'peyvand/ui';

export type Option = NonNullable<FieldMetadata['choices']>[number];

export const optionsOf = (field: FieldMetadata): readonly Option[] => field.choices ?? [];

/** An option that was taken away still has its number. */
export const titleOf = (value: number, field: FieldMetadata): string =>
  optionsOf(field).find((option) => option.value === value)?.title ?? String(value);

export function tagOf(value: number, field: FieldMetadata): unknown {
  const color = optionsOf(field).find((option) => option.value === value)?.color;
  return html`<span class="x-tag" ${styled({ '--x-chip-color': color })} dir="auto">${titleOf(value, field)}</span>`;
}

/** A label (letters and digits folded), or the option's number. */
export function readOption(text: string, field: FieldMetadata): number | undefined {
  const typed = foldText(text.trim());
  const options = optionsOf(field);
  const found =
    options.find(({ title }) => foldText(title) === typed) ??
    options.find(({ value }) => String(value) === latinDigits(text.trim()));
  return found?.value;
}
