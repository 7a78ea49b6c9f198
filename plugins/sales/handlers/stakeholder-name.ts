// A stakeholder is called as the contact is, so that lists and lookups can name it.
import { defineHandler, type HandlerContext } from 'peyvand/sdk';

async function call({ values, system }: HandlerContext): Promise<void> {
  const contact = values['contactid'];
  const row = typeof contact === 'string' ? await system.retrieve('contact', contact) : undefined;
  if (row) values['name'] = row['fullname'] ?? null;
}

const entity = 'opportunitystakeholder';

export const stakeholderName = [
  defineHandler({ name: 'stakeholder-name', stage: 'before', message: 'create', entity, run: call }),
  defineHandler({
    name: 'stakeholder-new-name',
    stage: 'before',
    message: 'update',
    entity,
    changed: ['contactid'],
    run: call,
  }),
];
