// What every contribution of a plugin is given.
import type { ContributionContext } from '../contributions.ts';
import { ask } from '../dialog/dialog.ts';
import { showFailure } from '../dialog/show-failure.ts';
import { showToast } from '../dialog/toast.ts';
import type { Workspace } from '../workspace.ts';
import { pluginClient } from './plugin-client.ts';
import { pluginTexts } from './plugin-locale.ts';

export async function contributionContext(workspace: Workspace, plugin: string): Promise<ContributionContext> {
  const { locale, go, recordUrl, listUrl, quickCreate } = workspace;
  return {
    locale,
    texts: await pluginTexts(workspace, plugin),
    client: pluginClient(workspace),
    entityOf: workspace.entity,
    recordUrl,
    listUrl,
    open: (entity, id) => go(recordUrl(entity, id)),
    go,
    notify: (text, kind) => showToast(text, kind),
    fail: (error) => showFailure(workspace, error),
    ask: (title, text, choices) => ask(locale, title, text, choices),
    quickCreate,
  };
}

const told = new Set<string>();

/** What broke, in the console, once. */
export function logContribution(plugin: string, module: string, error: unknown): void {
  const place = `${plugin}/${module}`;
  if (told.has(place)) return;
  told.add(place);
  console.error(`The plugin "${plugin}" failed in ${module}:`, error);
}

const adopted = new Set<string>();

/** A contribution's styles, adopted once. */
export function adoptStyles(place: string, styles: string | undefined): void {
  if (styles === undefined || adopted.has(place)) return;
  adopted.add(place);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@layer fields { ${styles} }`);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
