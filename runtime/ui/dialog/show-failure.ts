// A refusal or failure as a message; where a right is missing, with the way to why.
import { ClientError } from '../../client/index.ts';
import type { WhyQuestion, Workspace } from '../workspace.ts';
import { showToast } from './toast.ts';

/** What a refusal is about, where the server says it. */
export function whyOf(error: unknown): WhyQuestion | undefined {
  if (!(error instanceof ClientError) || error.status !== 403) return undefined;
  const { entity, record, privilege } = error.data;
  if (typeof entity !== 'string') return undefined;
  return {
    entity,
    ...(typeof record === 'string' && { record }),
    ...(typeof privilege === 'string' && { privilege }),
  };
}

/** `text` in the place of the error's own message. */
export function showFailure(workspace: Workspace, error: unknown, text?: string): void {
  const question = whyOf(error);
  showToast(
    text ?? (error instanceof Error ? error.message : String(error)),
    'error',
    question && { label: workspace.locale.t('access.why'), run: () => workspace.why(question) },
  );
}
