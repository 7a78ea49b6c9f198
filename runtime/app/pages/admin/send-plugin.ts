// Brings a plugin's file to the server: asks about the rights it wants, and about data that would go, and then again.
import { html } from 'lit';
import { ClientError } from '../../../client/index.ts';
import { ask } from '../../../ui/dialog/dialog.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { wordsOf, type AdminContext } from './context.ts';
import type { Plugin, PluginsApi } from './plugins-api.ts';

/** `account:read`, `account:write` … in words, one line for each thing; names keep their own direction (U+2068, U+2069). */
export function rightsInWords({ t, locale }: AdminContext, rights: readonly string[]): readonly string[] {
  const entities = new Map<string, string[]>();
  const others: string[] = [];
  for (const right of rights) {
    const [kind = '', name = ''] = right.split(/:(.*)/s);
    if (right === 'jobs') others.push(t('plugin.right.jobs'));
    else if (kind === 'host' || kind === 'secret')
      others.push(t(`plugin.right.${kind}`, { name: `\u2068${name}\u2069` }));
    else entities.set(kind, [...(entities.get(kind) ?? []), t(`privilege.${name}`)]);
  }
  const separator = locale.t('common.listSeparator');
  return [
    ...[...entities].map(([entity, privileges]) => `\u2068${entity}\u2069: ${privileges.join(separator)}`),
    ...others,
  ];
}

/** Undefined: left, or refused with words. */
export async function sendPlugin(
  context: AdminContext,
  api: PluginsApi,
  file: File,
  id?: string,
): Promise<Plugin | undefined> {
  const { t, locale } = context;
  let accepted: string | undefined;
  let confirmed = false;
  for (;;) {
    try {
      return await api.send(file, id, accepted, confirmed);
    } catch (error) {
      const { code, data } = error instanceof ClientError ? error : { code: '', data: {} };
      if (code === 'PLUGIN_RIGHTS' && accepted === undefined) {
        const rights = rightsInWords(context, (data as { rights?: readonly string[] }).rights ?? []);
        const list = html`<p>${t('plugin.accept.text', { file: file.name })}</p>
          <ul class="x-plugin-list">
            ${rights.map((right) => html`<li>${right}</li>`)}
          </ul>`;
        const said = await ask(locale, t('plugin.accept.title'), list, [
          { value: 'no', label: t('common.cancel') },
          { value: 'yes', label: t('plugin.accept'), look: 'primary' },
        ]);
        if (said !== 'yes') return undefined;
        accepted = String((data as { accept?: string }).accept);
        continue;
      }
      if (code === 'PUBLISH_CONFIRMATION' && !confirmed) {
        const steps = (data as { steps?: readonly { summary: string; losesData: boolean }[] }).steps ?? [];
        const list = html`<p>${t('plugin.confirm.text')}</p>
          <ul class="x-plugin-list">
            ${steps.filter(({ losesData }) => losesData).map(({ summary }) => html`<li dir="auto">${summary}</li>`)}
          </ul>`;
        const said = await ask(locale, t('plugin.confirm.title'), list, [
          { value: 'no', label: t('common.cancel') },
          { value: 'yes', label: t('plugin.confirm'), look: 'danger' },
        ]);
        if (said !== 'yes') return undefined;
        confirmed = true;
        continue;
      }
      showToast(wordsOf(error), 'error');
      return undefined;
    }
  }
}
