// What a user or a team holds as chips: roles, teams, profiles, members, given and taken one by one.
import type { TemplateResult } from 'lit';
import type { AdminContext } from './context.ts';
import { chips, pick, type Pick } from './parts.ts';
import { give, take, type LinkKind } from './people.ts';

export interface HeldChips {
  readonly kind: LinkKind;
  /** What the list is called. */
  readonly label: string;
  readonly holder: { readonly id: string; readonly name: string };
  readonly list: readonly (Pick & { readonly href?: string })[];
  readonly find: (text: string) => Promise<readonly Pick[]> | readonly Pick[];
  /** Does the work and says `done`, or what went wrong. */
  run(work: () => Promise<unknown>, done: string): Promise<void>;
}

export function heldChips(context: AdminContext, { kind, label, holder, list, find, run }: HeldChips): TemplateResult {
  const { t } = context;
  return chips(context, label, list, {
    add: async () => {
      const one = await pick(context, t('user.give', { list: label, name: holder.name }), find);
      if (!one) return;
      await run(() => give(context, kind, holder.id, one.id), t('user.gave', { what: one.name, name: holder.name }));
    },
    remove: (one) =>
      void run(() => take(context, kind, holder.id, one.id), t('user.took', { what: one.name, name: holder.name })),
  });
}
