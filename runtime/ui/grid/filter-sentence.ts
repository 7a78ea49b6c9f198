// A filter in words: "Created on this month", "Status is any of Open, Won".
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { needsValue, type FilterState } from './grid-state.ts';

export function filterSentence(filter: FilterState, entity: EntityMetadata, workspace: Workspace): string {
  const field = entity.fields[filter.id];
  const { locale } = workspace;
  if (!field) return filter.id;
  const need = needsValue(filter.operator);
  const operator = locale.t(
    `operator.${filter.operator}`,
    need === 'count' ? { count: Number(filter.value) || 1 } : undefined,
  );
  if (need !== 'value') return `${field.title} ${operator}`;
  const ui = workspace.fields.of(field.type);
  const context = fieldContext(workspace, entity, {}, undefined, undefined);
  const value = Array.isArray(filter.value)
    ? filter.value
        .map((one) => field.choices?.find((choice) => choice.value === one)?.title ?? String(one))
        .join(locale.t('common.listSeparator'))
    : ui.text(filter.value, field, context) || String(filter.value);
  return `${field.title} ${operator} ${value}`;
}
