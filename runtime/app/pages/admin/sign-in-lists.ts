// Sessions and API keys as tables: on a person's page, and of everybody.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import type { Key, Session } from './api.ts';
import type { AdminContext } from './context.ts';
import { table, type Column } from './parts.ts';

/** `Chrome 126 · Windows`, as far as a user agent tells. */
export function agentName(agent: string): string {
  const browser = /(Edg|OPR|Firefox|Chrome|Safari)\/(\d+)/.exec(agent);
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(agent)?.[1];
  const parts = [
    browser ? `${names[browser[1] ?? ''] ?? browser[1]} ${browser[2]}` : agent.slice(0, 40),
    system === 'Mac OS X' ? 'macOS' : system,
  ];
  return parts.filter(Boolean).join(' · ');
}

interface Owned {
  readonly userId?: string;
  readonly name?: string;
  readonly email?: string;
}

export function sessionList<Row extends Session & Owned>(
  context: AdminContext,
  sessions: readonly Row[],
  end: (session: Row) => void,
): TemplateResult {
  const { t, locale } = context;
  const when = (iso: string) => html`<span class="x-num">${locale.dateTime(iso, 'short')}</span>`;
  const person: readonly Column<Row>[] = sessions.some(({ userId }) => userId !== undefined)
    ? [
        {
          title: t('user'),
          names: true,
          cell: (one) =>
            html`<a href=${adminUrl('users', one.userId)} dir="auto">${one.name || one.email}</a
              ><span class="x-admin-second x-ltr">${one.email}</span>`,
        },
      ]
    : [];
  return table(
    t('sessions'),
    sessions,
    [
      ...person,
      {
        title: t('session.agent'),
        names: person.length === 0,
        cell: (one) =>
          html`<span class="x-ltr" data-tip=${one.userAgent || nothing}
            >${agentName(one.userAgent) || t('session.unknown')}</span
          >`,
      },
      { title: t('session.address'), cell: (one) => html`<span class="x-ltr">${one.address}</span>` },
      { title: t('session.begun'), cell: (one) => when(one.createdAt) },
      { title: t('session.used'), cell: (one) => when(one.lastUsedAt) },
      {
        title: t('session.end'),
        silent: true,
        cell: (one) =>
          html`<button
            type="button"
            class="x-button x-button-small"
            aria-label=${t('session.endOne', { name: one.name ?? agentName(one.userAgent), when: locale.dateTime(one.createdAt, 'short') })}
            @click=${() => end(one)}
          >
            ${icon('log-out')}${t('session.end')}
          </button>`,
      },
    ],
    html`<p>${t('session.none')}</p>`,
  );
}

export function keyList<Row extends Key & Owned>(
  context: AdminContext,
  keys: readonly Row[],
  end: (key: Row) => void,
): TemplateResult {
  const { t, locale } = context;
  const when = (iso: string | null, none: string) =>
    iso === null
      ? html`<span class="x-hint">${none}</span>`
      : html`<span class="x-num">${locale.dateTime(iso, 'short')}</span>`;
  const person: readonly Column<Row>[] = keys.some(({ userId }) => userId !== undefined)
    ? [
        {
          title: t('user'),
          cell: (one) => html`<a href=${adminUrl('users', one.userId)} class="x-ltr">${one.email}</a>`,
        },
      ]
    : [];
  return table(
    t('keys'),
    keys,
    [
      {
        title: t('name'),
        names: true,
        cell: (one) => html`<span dir="auto">${one.name}</span><span class="x-admin-second x-ltr">${one.start}…</span>`,
      },
      ...person,
      {
        title: t('key.scope'),
        cell: (one) => (one.roles === null ? t('key.whole') : html`<span class="x-ltr">${one.roles.join(', ')}</span>`),
      },
      { title: t('key.made'), cell: (one) => when(one.createdAt, '') },
      { title: t('key.used'), cell: (one) => when(one.lastUsedAt, t('never')) },
      {
        title: t('key.expires'),
        cell: (one) =>
          html`${when(one.expiresAt, t('never'))}${one.expiresAt !== null && new Date(one.expiresAt) < new Date() ? html`<span class="x-tag x-admin-off">${t('key.expired')}</span>` : nothing}`,
      },
      {
        title: t('key.end'),
        silent: true,
        cell: (one) =>
          html`<button
            type="button"
            class="x-button x-button-small"
            aria-label=${t('key.endOne', { name: one.name })}
            @click=${() => end(one)}
          >
            ${icon('trash-2')}${t('key.end')}
          </button>`,
      },
    ],
    html`<p>${t('key.none')}</p>`,
  );
}
