// "What if?" for a role, a person or a team from their record: roles given and taken, or a role without holders.
import { html } from 'lit';
import { openDialog } from '../../ui/dialog/dialog.ts';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import type { Workspace } from '../../ui/workspace.ts';
import './access.css';
import './what-if-panel.ts';

export interface WhatIfAbout {
  readonly kind: 'role' | 'user' | 'team';
  /** The role document's id, or the row's. */
  readonly id: string;
  readonly name: string;
}

interface RoleRow {
  readonly name: string;
  readonly document: string;
}

export async function openWhatIf(workspace: Workspace, about: WhatIfAbout): Promise<void> {
  const { client, locale } = workspace;
  const { t } = locale;
  let roles: readonly RoleRow[] = [];
  if (about.kind !== 'role') {
    try {
      const page = await client.list('roles', {
        select: ['name', 'document'],
        orderby: 'name',
        filter: 'document ne null',
        size: 200,
      });
      roles = page.rows.map((row) => ({ name: String(row['name'] ?? ''), document: String(row['document'] ?? '') }));
    } catch (error) {
      showFailure(workspace, error);
      return;
    }
  }
  const give = new Set<string>();
  const take = new Set<string>();
  const changeOf = () => {
    if (about.kind === 'role') return { role: about.id, remove: true };
    if (give.size + take.size === 0) return undefined;
    return { [about.kind]: about.id, give: [...give], take: [...take] };
  };
  let change = changeOf();
  await openDialog<void>({
    title: t('access.whatIf.of', { name: about.name }),
    wide: true,
    locale,
    body: (handle) => html`
      <p>${t(about.kind === 'role' ? 'access.whatIf.roleText' : 'access.whatIf.text')}</p>
      ${
        about.kind === 'role'
          ? ''
          : html`<div class="x-what-if x-what-if-scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">${t('access.whatIf.role')}</th>
                    <th scope="col">${t('access.whatIf.give')}</th>
                    <th scope="col">${t('access.whatIf.take')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${roles.map(
                    (role) =>
                      html`<tr>
                        <th scope="row"><bdi>${role.name}</bdi></th>
                        ${(
                          [
                            [give, take, 'access.whatIf.give'],
                            [take, give, 'access.whatIf.take'],
                          ] as const
                        ).map(
                          ([mine, other, label]) =>
                            html`<td>
                              <input
                                type="checkbox"
                                aria-label=${`${t(label)}: ${role.name}`}
                                .checked=${mine.has(role.document)}
                                @change=${(event: Event) => {
                                  if ((event.target as HTMLInputElement).checked) {
                                    mine.add(role.document);
                                    other.delete(role.document);
                                  } else mine.delete(role.document);
                                  change = changeOf();
                                  handle.update();
                                }}
                              />
                            </td>`,
                        )}
                      </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
      <x-what-if .workspace=${workspace} .change=${change}></x-what-if>
    `,
  });
}
