// Whom to view as, from the command palette.
import { html } from 'lit';
import { openDialog } from '../../ui/dialog/dialog.ts';
import { icon } from '../../ui/icon.ts';
import type { Workspace } from '../../ui/workspace.ts';
import type { Viewed } from '../view-as.ts';
import { viewWith } from './when-needed.ts';
import './access.css';
import { personInput } from './person-input.ts';

export async function openViewAs(workspace: Workspace): Promise<void> {
  const { locale } = workspace;
  const { t } = locale;
  const box = await personInput(workspace, false);
  let person: Viewed | undefined;
  const chosen = await openDialog<Viewed>({
    title: t('access.viewAs.title'),
    locale,
    body: (handle) => html`
      <p>${t('access.viewAs.text')}</p>
      <div class="x-why-person">
        <label class="x-field-label" for="view-as-person">${t('access.viewAs.person')}</label>
        ${box({
          id: 'view-as-person',
          title: t('access.viewAs.person'),
          value: person && { entity: 'systemuser', ...person },
          onChange: (value) => {
            person = value;
            handle.update();
          },
        })}
      </div>
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button
        type="button"
        class="x-button x-button-primary"
        ?disabled=${person === undefined}
        @click=${() => handle.close(person)}
      >
        ${icon('eye')} ${t('access.viewAs.start')}
      </button>
    `,
  });
  if (chosen) viewWith({ id: chosen.id, name: chosen.name });
}
