// What was done and noted while the deal was still a lead: its activities and notes, newest first.
import { html } from 'lit';
import { ClientError, defineControl, icon, type FieldValue, type PluginClient, type Row } from 'peyvand/ui';

interface Entry {
  readonly entity: string;
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly on: string;
}

interface Story {
  readonly lead?: { readonly id: string; readonly name: string };
  readonly entries: readonly Entry[];
  readonly isHidden?: true;
}

function idOf(value: FieldValue | undefined): string | undefined {
  if (typeof value === 'object' && value !== null && 'id' in value) return String(value.id);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

async function storyOf(client: PluginClient, id: string): Promise<Story> {
  const lead = await client.retrieve('lead', id, { select: 'subject' });
  const about = { $orderby: 'createdon desc', $top: 20 };
  const [activities, notes] = await Promise.all([
    client.list('activitypointer', {
      $select: 'activityid,subject,activitytypecode,createdon',
      $filter: `_regardingobjectid_value eq ${id}`,
      ...about,
    }),
    client.list('annotation', {
      $select: 'annotationid,subject,createdon',
      $filter: `_objectid_value eq ${id}`,
      ...about,
    }),
  ]);
  const entry = (entity: string, key: string, row: Row): Entry => ({
    entity,
    id: String(row[key]),
    title: String(row['subject'] ?? ''),
    kind: entity,
    on: String(row['createdon']),
  });
  const entries = [
    ...activities.map((row) => entry(String(row['activitytypecode']), 'activityid', row)),
    ...notes.map((row) => entry('annotation', 'annotationid', row)),
  ];
  return {
    lead: { id, name: String(lead['subject'] ?? '') },
    entries: entries.sort((one, other) => other.on.localeCompare(one.on)),
  };
}

const ICONS: Readonly<Record<string, string>> = {
  annotation: 'sticky-note',
  task: 'square-check',
  phonecall: 'phone',
  appointment: 'calendar-days',
  email: 'mail',
  letter: 'mailbox',
};

export default defineControl<Story>({
  styles: `
    .x-lead-story { display: grid; gap: var(--x-2); list-style: none; margin: 0; padding: 0; }
    .x-lead-story li { display: flex; gap: var(--x-2); align-items: baseline; }
    .x-lead-story a { min-inline-size: 0; overflow-wrap: anywhere; }
    .x-lead-story time { margin-inline-start: auto; color: var(--x-text-3); font-size: var(--x-size-2); white-space: nowrap; }
    .x-lead-of { margin: 0 0 var(--x-2); color: var(--x-text-2); }
  `,
  async load({ record, client }) {
    const id = idOf(record['originatingleadid']);
    if (id === undefined) return { entries: [] };
    try {
      return await storyOf(client, id);
    } catch (error) {
      if (error instanceof ClientError && (error.status === 403 || error.status === 404))
        return { entries: [], isHidden: true };
      throw error;
    }
  },
  render({ data, texts, locale, recordUrl }) {
    const { lead, entries, isHidden } = data;
    if (isHidden) return html`<p class="x-muted">${texts('lead.hidden')}</p>`;
    if (!lead) return html`<p class="x-muted">${texts('lead.none')}</p>`;
    return html`<p class="x-lead-of">${texts('lead.from')} <a href=${recordUrl('lead', lead.id)}>${lead.name}</a></p>
      ${
        entries.length === 0
          ? html`<p class="x-muted">${texts('lead.empty')}</p>`
          : html`<ul class="x-lead-story">
              ${entries.map(
                (entry) =>
                  html`<li>
                    ${icon(ICONS[entry.kind] ?? 'calendar-check')}<a href=${recordUrl(entry.entity, entry.id)}
                      >${entry.title || '—'}</a
                    ><time datetime=${entry.on}>${locale.date(entry.on.slice(0, 10))}</time>
                  </li>`,
              )}
            </ul>`
      }`;
  },
});
