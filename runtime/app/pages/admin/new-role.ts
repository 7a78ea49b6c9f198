// Making a role, empty or as a copy: its name and the id of its document.
import { ClientError } from '../../../client/index.ts';
import { adminUrl } from '../../administration.ts';
import type { Document } from './api.ts';
import { wordsOf, type AdminContext } from './context.ts';
import { askFor } from './parts.ts';

const ID = /^[a-z][a-z0-9-]{0,59}$/;

/** `Sales manager` → `sales-manager`; of other scripts a free one. */
function idFrom(title: string): string {
  const id = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 60);
  return ID.test(id) ? id : `role-${Date.now().toString(36)}`;
}

async function make(
  context: AdminContext,
  kind: 'roles' | 'profiles',
  document: Document,
  title: string,
): Promise<void> {
  const { t, api, workspace } = context;
  let made = '';
  const saved = await askFor(
    context,
    kind === 'roles' ? t('role.new') : t('profile.new'),
    [
      { id: 'title', label: t('role.title'), value: title, required: true, maxlength: 100 },
      { id: 'id', label: t('role.id'), kind: 'code', hint: t('role.idHint'), maxlength: 60 },
      { id: 'description', label: t('description'), kind: 'long', maxlength: 2000 },
    ],
    t('make'),
    async (values) => {
      const name = values['title']?.trim() ?? '';
      const id = values['id']?.trim() || idFrom(name);
      if (!ID.test(id)) return { id: t('role.idWrong') };
      const description = values['description']?.trim() ?? '';
      try {
        made = (
          await api.save(kind, id, { ...document, title: name, ...(description === '' ? {} : { description }) }, '')
        ).id;
        return undefined;
      } catch (error) {
        if (error instanceof ClientError && error.code === 'DOCUMENT_CHANGED') return { id: t('role.idTaken') };
        return { '': wordsOf(error) };
      }
    },
  );
  if (saved) workspace.go(adminUrl(kind, made));
}

export function newRole(context: AdminContext): Promise<void> {
  return make(context, 'roles', { privileges: {} }, '');
}

export function newProfile(context: AdminContext): Promise<void> {
  return make(context, 'profiles', { fields: {} }, '');
}

export function copyRole(context: AdminContext, document: Document): Promise<void> {
  return make(context, 'roles', document, context.t('role.copyOf', { title: String(document['title'] ?? '') }));
}
