// Sharing a record: with whom it is shared now, and a new share with rights, an end and a reason.
import { html, nothing, type TemplateResult } from 'lit';
import { createAccessClient, type Share, type Shares } from '../../client/access.ts';
import { openDialog, type DialogHandle } from '../../ui/dialog/dialog.ts';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import { showToast } from '../../ui/dialog/toast.ts';
import type { LookupValue } from '../../ui/field-ui.ts';
import { icon } from '../../ui/icon.ts';
import { fieldContext, type Workspace } from '../../ui/workspace.ts';
import './access.css';
import { looseField, personInput, type PersonInput } from './person-input.ts';

const RIGHTS = ['read', 'write', 'delete', 'append', 'append-to', 'assign', 'share'] as const;
type Right = (typeof RIGHTS)[number];

export async function openShareDialog(workspace: Workspace, entity: string, id: string, name: string): Promise<void> {
  const { client, locale } = workspace;
  const { t } = locale;
  const access = createAccessClient(client);
  let box: (input: PersonInput) => unknown;
  let known: Shares;
  try {
    [box, known] = await Promise.all([
      personInput(workspace, true),
      access.shares(entity, id),
      workspace.fields.load(['date-time']),
    ]);
  } catch (error) {
    showFailure(workspace, error);
    return;
  }
  const about = await workspace.entity(entity);
  const untilField = looseField('expiresAt', t('access.share.until'), 'date-time');
  let person: LookupValue | undefined;
  let rights: ReadonlySet<Right> = new Set<Right>(['read']);
  let expiresAt: string | null = null;
  let unreadable: string | undefined;
  let reason = '';
  let problem: string | undefined;
  let busy = false;

  const act = async (handle: DialogHandle<void>, work: () => Promise<string>): Promise<boolean> => {
    busy = true;
    problem = undefined;
    handle.update();
    try {
      const done = await work();
      known = await access.shares(entity, id);
      showToast(done);
      return true;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      return false;
    } finally {
      busy = false;
      handle.update();
    }
  };

  const give = async (handle: DialogHandle<void>): Promise<void> => {
    const grantee = person;
    if (!grantee || rights.size === 0 || unreadable !== undefined) {
      problem = !grantee ? t('access.share.whom') : (unreadable ?? t('access.share.noRight'));
      handle.update();
      handle.element.querySelector<HTMLElement>(grantee ? '.x-share-rights input' : '#share-person')?.focus();
      return;
    }
    const given = RIGHTS.filter((right) => rights.has(right));
    const share = { rights: given, expiresAt, ...(reason.trim() !== '' && { reason: reason.trim() }) };
    const shared = await act(handle, async () => {
      const idle = await access.share(entity, id, grantee.id, share);
      const list = idle.map((right) => t(`access.privilege.${right}`)).join(t('common.listSeparator'));
      return idle.length === 0
        ? t('access.share.done', { name: grantee.name })
        : t('access.share.idle', { name: grantee.name, rights: list });
    });
    if (!shared) return;
    person = undefined;
    rights = new Set<Right>(['read']);
    expiresAt = null;
    reason = '';
    handle.update();
  };

  const shareLine = (share: Share, handle: DialogHandle<void>): TemplateResult => {
    const who = share.principal.name ?? t('access.nameless');
    return html`<li class="x-share-line">
      ${icon(share.principal.entity === 'team' ? 'users' : 'user')}
      <div>
        <b><bdi>${who}</bdi></b>
        <span class="x-hint">
          ${share.rights.map((right) => t(`access.privilege.${right}`)).join(t('common.listSeparator'))}
          ${
            share.expiresAt === null
              ? nothing
              : html` · ${t('access.share.untilDate', { date: locale.dateTime(share.expiresAt) })}`
          }
          ${share.reason ? html` · <bdi>${share.reason}</bdi>` : nothing}
        </span>
      </div>
      ${
        known.may.share
          ? html`<button
              type="button"
              class="x-button x-button-quiet x-button-icon"
              aria-label=${t('access.share.end', { name: who })}
              data-tip=${t('access.share.end', { name: who })}
              ?disabled=${busy}
              @click=${() =>
                act(handle, async () => {
                  await access.unshare(entity, id, share.principal.id);
                  return t('access.share.ended', { name: who });
                })}
            >
              ${icon('trash-2')}
            </button>`
          : nothing
      }
    </li>`;
  };

  const form = (handle: DialogHandle<void>): TemplateResult => html`
    <form
      class="x-share-form"
      id="share-form"
      @submit=${(event: Event) => {
        event.preventDefault();
        void give(handle);
      }}
    >
      <h3 class="x-why-part">${t('access.share.new')}</h3>
      <div>
        <label class="x-field-label" for="share-person">${t('access.share.person')}</label>
        ${box({
          id: 'share-person',
          title: t('access.share.person'),
          value: person,
          describedBy: problem === undefined ? '' : 'share-problem',
          onChange: (value) => {
            person = value;
            problem = undefined;
            handle.update();
          },
        })}
      </div>
      <fieldset class="x-share-rights">
        <legend class="x-field-label">${t('access.share.rights')}</legend>
        ${RIGHTS.map(
          (right) =>
            html`<label class="x-share-right">
              <input
                type="checkbox"
                ?disabled=${!known.may.rights.includes(right)}
                .checked=${rights.has(right)}
                @change=${(event: Event) => {
                  const next = new Set(rights);
                  if ((event.target as HTMLInputElement).checked) next.add(right);
                  else next.delete(right);
                  rights = next;
                  handle.update();
                }}
              />
              ${t(`access.privilege.${right}`)}
            </label>`,
        )}
      </fieldset>
      <div>
        <label class="x-field-label" for="share-until">${t('access.share.until')}</label>
        ${workspace.fields.of('date-time').input({
          value: expiresAt,
          field: untilField,
          context: fieldContext(workspace, about, {}, undefined, undefined),
          id: 'share-until',
          describedBy: '',
          label: undefined,
          invalid: unreadable !== undefined,
          readOnly: false,
          required: false,
          place: 'form',
          onChange: (value) => {
            expiresAt = typeof value === 'string' ? value : null;
            unreadable = undefined;
            handle.update();
          },
          onInvalid: (message) => {
            unreadable = message;
            handle.update();
          },
        })}
      </div>
      <div>
        <label class="x-field-label" for="share-reason">${t('access.share.reason')}</label>
        <input
          id="share-reason"
          class="x-input"
          maxlength="400"
          .value=${reason}
          @input=${(event: Event) => (reason = (event.target as HTMLInputElement).value)}
        />
      </div>
      ${problem === undefined ? nothing : html`<p class="x-why-problem" id="share-problem" role="alert">${problem}</p>`}
    </form>
  `;

  await openDialog<void>({
    title: t('access.share.title', { name }),
    locale,
    body: (handle) => html`
      <h3 class="x-why-part">${t('access.share.now')}</h3>
      ${
        known.shares.length === 0
          ? html`<p class="x-hint">${t('access.share.nobody')}</p>`
          : html`<ul class="x-share-list">
              ${known.shares.map((share) => shareLine(share, handle))}
            </ul>`
      }
      ${known.may.share ? form(handle) : html`<p class="x-hint">${t('access.share.notYours')}</p>`}
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.close')}</button>
      ${
        known.may.share
          ? html`<button type="submit" form="share-form" class="x-button x-button-primary" ?disabled=${busy}>
              ${icon('share-2')} ${t('access.share.give')}
            </button>`
          : nothing
      }
    `,
  });
}
