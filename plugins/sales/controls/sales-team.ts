// The sales team of a deal: who works on it, in which role, and whether they may edit it. Who may share the deal changes it here.
import { html, nothing, type TemplateResult } from 'lit';
import {
  defineControl,
  icon,
  valueOf,
  type ControlContext,
  type EntityMetadata,
  type LookupValue,
  type Row,
} from 'peyvand/ui';

const MEMBER = 'opportunityteammember';

interface Member {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly role: string;
  readonly access: string;
}

interface Team {
  readonly members: readonly Member[];
  readonly entity: EntityMetadata | undefined;
  readonly maySet: boolean;
}

type Context = ControlContext & { readonly data: Team };

function memberOf(row: Row, { fields, key }: EntityMetadata): Member {
  const user = fields['systemuserid'] && (valueOf(row, fields['systemuserid']) as LookupValue | null);
  return {
    id: String(row[key]),
    user: user?.id ?? '',
    name: user?.name ?? String(row['name'] ?? ''),
    role: String(row['teamrole'] ?? ''),
    access: String(row['access'] ?? ''),
  };
}

/** Whether this person may share the deal, and so decide who is in its team. */
async function mayShare({ client, entity, id }: ControlContext): Promise<boolean> {
  const shares = await client.ask('GET', `/api/access/shares/${entity}/${id ?? ''}`);
  return (shares as { readonly may?: { readonly share?: boolean } }).may?.share === true;
}

async function change(context: Context, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    context.fail(error);
  }
  context.reload();
}

async function add(context: Context): Promise<void> {
  const { id, record, entity, quickCreate, texts, notify, reload } = context;
  if (id === undefined) return;
  const deal = { entity, id, name: String(record['name'] ?? '') };
  const made = await quickCreate(MEMBER, { opportunityid: deal });
  if (!made) return;
  notify(texts('team.added', { name: made.name }));
  reload();
}

async function remove(context: Context, member: Member): Promise<void> {
  const { client, texts, ask, notify } = context;
  const answer = await ask(texts('team.remove'), texts('team.removeText', { name: member.name }), [
    { value: 'no', label: texts('team.keep') },
    { value: 'yes', label: texts('team.remove'), look: 'danger' },
  ]);
  if (answer !== 'yes') return;
  await change(context, async () => {
    await client.remove(MEMBER, member.id);
    notify(texts('team.removed', { name: member.name }));
  });
}

function renderChoice(context: Context, member: Member, field: 'teamrole' | 'access'): TemplateResult {
  const { data, client } = context;
  const said = data.entity?.fields[field];
  const chosen = field === 'teamrole' ? member.role : member.access;
  const choices = said?.choices ?? [];
  if (!data.maySet) return html`<span>${choices.find(({ value }) => String(value) === chosen)?.title ?? ''}</span>`;
  return html`<select
    class="x-input"
    aria-label=${`${said?.title ?? ''}: ${member.name}`}
    @change=${(event: Event) => {
      const value = Number((event.target as HTMLSelectElement).value);
      void change(context, () => client.update(MEMBER, member.id, { [field]: value }));
    }}
  >
    ${choices.map(
      ({ value, title }) => html`<option value=${value} ?selected=${String(value) === chosen}>${title}</option>`,
    )}
  </select>`;
}

export default defineControl<Team>({
  styles: `
    .x-team { display: grid; gap: var(--x-2); list-style: none; margin: 0; padding: 0; }
    .x-team li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--x-1) var(--x-2); align-items: center; }
    .x-team-name { min-inline-size: 0; overflow-wrap: anywhere; font-weight: 500; }
    .x-team-facts { grid-column: 1 / -1; display: grid; grid-template-columns: 1fr 1fr; gap: var(--x-2); color: var(--x-text-2); }
    .x-team-add { margin-block-start: var(--x-2); }
  `,
  async load(context) {
    const { client, id, entityOf } = context;
    if (id === undefined) return { members: [], entity: undefined, maySet: false };
    const query = { $filter: `_opportunityid_value eq ${id}`, $orderby: 'createdon' };
    const [entity, rows, maySet] = await Promise.all([entityOf(MEMBER), client.list(MEMBER, query), mayShare(context)]);
    return { members: rows.map((row) => memberOf(row, entity)), entity, maySet };
  },
  render(context) {
    const { data, texts, recordUrl, id } = context;
    if (id === undefined) return html`<p class="x-muted">${texts('team.unsaved')}</p>`;
    return html`${
      data.members.length === 0
        ? html`<p class="x-muted">${texts('team.none')}</p>`
        : html`<ul class="x-team">
            ${data.members.map(
              (member) =>
                html`<li>
                  <a class="x-team-name" href=${recordUrl('systemuser', member.user)}>${member.name}</a>
                  ${
                    data.maySet
                      ? html`<button
                          type="button"
                          class="x-button x-button-quiet x-button-icon x-button-small"
                          aria-label=${texts('team.removeOf', { name: member.name })}
                          @click=${() => remove(context, member)}
                        >
                          ${icon('x')}
                        </button>`
                      : nothing
                  }
                  <div class="x-team-facts">
                    ${renderChoice(context, member, 'teamrole')} ${renderChoice(context, member, 'access')}
                  </div>
                </li>`,
            )}
          </ul>`
    }
    ${
      data.maySet
        ? html`<button type="button" class="x-button x-button-small x-team-add" @click=${() => add(context)}>
            ${icon('user-plus')} ${texts('team.add')}
          </button>`
        : nothing
    }`;
  },
});
