// Adjustments of the opened cell: by how much, why, by whom and when; a manager adds one, and takes one back.
import { html, nothing, type TemplateResult } from 'lit';
import { ClientError, formattedOf, type EntityMetadata, type PageContext } from 'peyvand/ui';
import { amount, type Adjustment, type Context, type Figures } from './figures.ts';

const ADJUSTMENT = 'forecastadjustment';

/** `<id of the owner or unit>.<place of the period>`. */
function cellAt(key: string, { rows, periods }: Figures) {
  const [id = '', index = ''] = key.split('.');
  const period = periods[Number(index)];
  const line = rows.find((row) => row.id === id);
  return line && period && { line, period };
}

/** Undefined where the reader has none of it. */
export async function adjustable({ entityOf }: PageContext): Promise<EntityMetadata | undefined> {
  try {
    return await entityOf(ADJUSTMENT);
  } catch (error) {
    if (error instanceof ClientError && (error.status === 403 || error.status === 404)) return undefined;
    throw error;
  }
}

export async function adjustmentsOf(context: PageContext, data: Figures, by: string): Promise<readonly Adjustment[]> {
  const { client, parameters } = context;
  const cell = cellAt(parameters.get('cell') ?? '', data);
  const entity = cell && (await adjustable(context));
  if (!entity) return [];
  const { fields, key } = entity;
  const who = by === 'unit' ? '_owningbusinessunit_value' : '_ownerid_value';
  const rows = await client.list(ADJUSTMENT, {
    $filter: `${who} eq ${cell.line.id} and periodstart ge ${cell.period.first} and periodend le ${cell.period.last}`,
    $orderby: 'createdon',
    $top: 50,
  });
  return rows.map((row) => ({
    id: String(row[key]),
    category: formattedOf(row, fields['category']) ?? '',
    amount: String(row['amount']),
    reason: String(row['reason'] ?? ''),
    by: formattedOf(row, fields['createdby']) ?? '',
    on: String(row['createdon']).slice(0, 10),
  }));
}

/** The quick create dialog of an adjustment of the cell. */
export async function adjust(context: Context, key: string): Promise<void> {
  const cell = cellAt(key, context.data);
  if (!cell) return;
  const { line, period } = cell;
  const made = await context.quickCreate(ADJUSTMENT, {
    ownerid: { entity: line.entity, id: line.id, name: line.name },
    periodstart: period.first,
    periodend: period.last,
  });
  if (made) context.reload();
}

async function takeBack(context: Context, { id }: Adjustment): Promise<void> {
  const { texts } = context;
  const answer = await context.ask(texts('forecast.takeBack'), texts('forecast.takeBackText'), [
    { value: 'no', label: texts('forecast.keep') },
    { value: 'yes', label: texts('forecast.takeBack'), look: 'danger' },
  ]);
  if (answer !== 'yes') return;
  try {
    await context.client.remove(ADJUSTMENT, id);
  } catch (error) {
    context.fail(error);
  }
  context.reload();
}

export function renderAdjustments(context: Context, add: () => void): TemplateResult | typeof nothing {
  const { data, texts, locale } = context;
  const { adjustments, mayAdjust } = data;
  if (adjustments.length === 0 && !mayAdjust) return nothing;
  return html`<h3>${texts('forecast.adjustments')}</h3>
    ${
      adjustments.length === 0
        ? nothing
        : html`<ul class="x-forecast-deals">
            ${adjustments.map(
              (one) =>
                html`<li><span>${one.category}</span><strong>${amount(context, one.amount, true)}</strong></li>
                  <li>
                    <p class="x-forecast-why">
                      <bdi>${one.reason}</bdi> · <bdi>${one.by}</bdi> · <bdi>${locale.date(one.on)}</bdi>
                    </p>
                    ${
                      mayAdjust
                        ? html`<button
                            type="button"
                            class="x-forecast-link"
                            aria-label=${texts('forecast.takeBackOf', { reason: one.reason })}
                            @click=${() => takeBack(context, one)}
                          >
                            ${texts('forecast.takeBack')}
                          </button>`
                        : nothing
                    }
                  </li>`,
            )}
          </ul>`
    }
    ${mayAdjust ? html`<p><button type="button" class="x-button x-button-small" @click=${add}>${texts('forecast.adjust')}</button></p>` : nothing}`;
}
