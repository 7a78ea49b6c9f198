// Runs a command of a plugin: its module, or its operation for each row, after the dialog made from the operation's parameters.
import type { CommandMetadata, EntityMetadata } from '../../../metadata/effective.ts';
import { ClientError } from '../../client/index.ts';
import type { Command } from '../contributions.ts';
import { ask } from '../dialog/dialog.ts';
import { showFailure } from '../dialog/show-failure.ts';
import { showToast } from '../dialog/toast.ts';
import type { Values } from '../record-values.ts';
import type { Workspace } from '../workspace.ts';
import { contributionContext, logContribution } from './contribution-context.ts';
import { pluginClient } from './plugin-client.ts';
import { pluginLocale } from './plugin-locale.ts';

export interface CommandTarget {
  readonly ids: readonly string[];
  /** On a form: values by field name. */
  readonly record: Values | undefined;
  refresh(): Promise<void>;
}

export async function runCommand(
  workspace: Workspace,
  entity: EntityMetadata,
  command: CommandMetadata,
  target: CommandTarget,
): Promise<void> {
  if (command.module !== undefined) await runModule(workspace, entity, command, command.module, target);
  else if (command.operation) await runOperation(workspace, entity, command, target);
}

async function runModule(
  workspace: Workspace,
  entity: EntityMetadata,
  command: CommandMetadata,
  module: string,
  { ids, record, refresh }: CommandTarget,
): Promise<void> {
  const { plugin } = command;
  if (!(await confirmed(workspace, command))) return;
  try {
    const [loaded, context] = await Promise.all([
      workspace.module(plugin, module) as Promise<{ readonly default?: Command }>,
      contributionContext(workspace, plugin),
    ]);
    if (typeof loaded.default?.run !== 'function')
      throw new TypeError(`${module} exports nothing with "run" by default`);
    await loaded.default.run({ ...context, entity: entity.name, ids, record, refresh });
  } catch (error) {
    // What the server refuses is told in its own words; anything else is the plugin's.
    if (error instanceof ClientError) return showFailure(workspace, error);
    const { t } = await pluginLocale(workspace.locale);
    if (error instanceof Error && error.name === 'AppOutdated') {
      showToast(t('plugins.outdated', { part: command.title }), 'error', {
        label: t('plugins.reload'),
        run: () => globalThis.location.reload(),
      });
      return;
    }
    logContribution(plugin, module, error);
    const reason = error instanceof Error ? error.message : String(error);
    showFailure(workspace, error, t('plugins.commandFailed', { part: command.title, plugin, reason }));
  }
}

/** Asks what the command says is to be asked. */
async function confirmed(workspace: Workspace, command: CommandMetadata): Promise<boolean> {
  if (command.confirm === undefined && !command.destructive) return true;
  const { t } = await pluginLocale(workspace.locale);
  const { title } = command;
  const answer = await ask(
    workspace.locale,
    t('plugins.confirmTitle', { title }),
    command.confirm ?? t('plugins.confirmText'),
    [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: title, look: command.destructive ? 'danger' : 'primary' },
    ],
  );
  return answer === 'yes';
}

async function runOperation(
  workspace: Workspace,
  entity: EntityMetadata,
  command: CommandMetadata,
  { ids, record, refresh }: CommandTarget,
): Promise<void> {
  const { operation, title } = command;
  if (!operation) return;
  const { t } = await pluginLocale(workspace.locale);
  const client = pluginClient(workspace);
  const { openOperation, hasDialog } = await import('./operation-dialog.ts');
  const onRows = operation.bound !== undefined && operation.bound.collection !== true;
  const namesRecord = Object.values(command.fields).some((field) => field.record === true);
  const answers: unknown[] = [];
  /** Refusals of rows; one row's refusal is thrown, so that it can stand beside the fields. */
  const refused: unknown[] = [];
  const call = async (parameters: Readonly<Record<string, unknown>>): Promise<void> => {
    refused.length = 0;
    if (!onRows && !namesRecord) {
      answers.push(await client.invoke(operation.name, parameters));
      return;
    }
    for (const id of ids) {
      const row = { entity: entity.name, id };
      const named = Object.entries(command.fields).flatMap(([name, field]) => (field.record ? [[name, row]] : []));
      try {
        const all = { ...parameters, ...Object.fromEntries(named) };
        answers.push(await client.invoke(operation.name, all, onRows ? row : undefined));
      } catch (error) {
        if (ids.length === 1) throw error;
        refused.push(error);
      }
    }
  };

  try {
    if (hasDialog(command)) {
      if (!(await openOperation(workspace, entity, command, { record, ids, call }))) return;
    } else {
      if (!(await confirmed(workspace, command))) return;
      const fixed = Object.entries(command.fields).flatMap(([name, field]) =>
        'value' in field ? [[name, field.value]] : [],
      );
      await call(Object.fromEntries(fixed) as Readonly<Record<string, unknown>>);
    }
  } catch (error) {
    showFailure(workspace, error);
    return;
  }
  if (refused.length > 0) {
    const [first] = refused;
    const reason = first instanceof Error ? first.message : String(first);
    showToast(t('plugins.failedMany', { title, failed: refused.length, count: ids.length, reason }), 'error');
  } else if (ids.length > 1) showToast(t('plugins.doneMany', { title, count: ids.length }));
  else showToast(t('plugins.done', { title }));
  const made = command.open ? rowIn(answers[0]) : undefined;
  if (made) workspace.go(workspace.recordUrl(made.entity, made.id));
  else await refresh();
}

/** The first row that an answer names. */
function rowIn(answer: unknown): { readonly entity: string; readonly id: string } | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const { entity, id } = answer as { readonly entity?: unknown; readonly id?: unknown };
  if (typeof entity === 'string' && typeof id === 'string') return { entity, id };
  for (const part of Object.values(answer)) {
    const found = rowIn(part);
    if (found) return found;
  }
  return undefined;
}
