// The teams: owner teams hold roles and own rows, access teams are shared with.
import { html, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { Team, Unit } from './api.ts';
import { askFor, few, matching, pageHead, table } from './parts.ts';
import { byEntry } from './people.ts';

interface Loaded {
  readonly teams: readonly Team[];
  readonly units: readonly Unit[];
}

export class TeamsPage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, search: { state: true } };

  declare search: string;

  constructor() {
    super();
    this.search = '';
  }

  protected async load(): Promise<Loaded> {
    const { api } = this.context;
    const [teams, units] = await Promise.all([api.teams(), api.units()]);
    return { teams, units };
  }

  protected heading(): string {
    return this.context.t('teams');
  }

  protected view({ teams, units }: Loaded): TemplateResult {
    const { t, locale } = this.context;
    const found = new Set(
      matching(teams.map(({ id, name, unit }) => ({ id, name, secondary: unit?.name ?? '' })))(this.search).map(
        ({ id }) => id,
      ),
    );
    return html`<div class="x-admin">
      ${pageHead({
        title: t('teams'),
        count: locale.number(teams.length),
        commands: html`<button type="button" class="x-button x-button-primary" @click=${() => this.#new(units)}>
          ${icon('plus')}<span>${t('team.new')}</span>
        </button>`,
      })}
      <div class="x-admin-bar">
        <label class="x-input-row x-list-search">
          ${icon('search')}
          <input
            type="search"
            dir="auto"
            aria-label=${t('team.search')}
            placeholder=${t('team.search')}
            .value=${this.search}
            @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
          />
        </label>
      </div>
      ${table(
        t('teams'),
        teams.filter(({ id }) => found.has(id)),
        [
          {
            title: t('name'),
            names: true,
            cell: (team) =>
              html`<a href=${adminUrl('teams', team.id)} dir="auto">${team.name}</a
                ><span class="x-admin-second" dir="auto">${team.description}</span>`,
          },
          { title: t('team.type'), cell: (team) => html`<span class="x-tag">${t(`team.${team.type}`)}</span>` },
          { title: t('unit'), cell: (team) => html`<span dir="auto">${team.unit?.name ?? ''}</span>` },
          {
            title: t('team.members'),
            cell: (team) => html`<span class="x-num">${locale.number(team.memberCount)}</span>`,
          },
          { title: t('roles'), cell: (team) => few(this.context, team.roles) },
        ],
        html`${icon('users')}
          <h2 class="x-state-title">${t('team.none')}</h2>
          <p>${t('team.noneText')}</p>`,
      )}
    </div>`;
  }

  async #new(units: readonly Unit[]): Promise<void> {
    const { t, workspace } = this.context;
    let made = '';
    const done = await askFor(
      this.context,
      t('team.new'),
      [
        { id: 'name', label: t('name'), required: true, maxlength: 160 },
        {
          id: 'teamtype',
          label: t('team.type'),
          kind: 'choice',
          value: '0',
          choices: [
            { id: '0', name: t('team.owner') },
            { id: '1', name: t('team.access') },
          ],
          hint: t('team.typeHint'),
        },
        {
          id: 'businessunitid',
          label: t('unit'),
          kind: 'choice',
          value: units.find((unit) => unit.root)?.id ?? '',
          choices: units,
        },
        { id: 'description', label: t('description'), kind: 'long', maxlength: 2000 },
      ],
      t('make'),
      async (values) => {
        try {
          const saved = await workspace.client.create('teams', {
            name: values['name']?.trim(),
            teamtype: Number(values['teamtype']),
            description: values['description']?.trim() || null,
            'businessunitid@odata.bind': `/businessunits(${values['businessunitid']})`,
          });
          made = saved.id;
          return undefined;
        } catch (error) {
          return byEntry(error, { name: 'name', description: 'description', teamtype: 'teamtype' });
        }
      },
    );
    if (done) workspace.go(adminUrl('teams', made));
  }
}

customElements.define('x-admin-teams', TeamsPage);
