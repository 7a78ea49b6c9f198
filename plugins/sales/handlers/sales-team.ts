// Whoever is in a deal's sales team has the deal shared with them for as long: to see it, or to edit it, too. Who puts them there shares it,
// so nobody passes on what they may not.
import { defineHandler, type HandlerContext, type Row, type SharedRight } from 'peyvand/sdk';

const EDIT = 2;
const SEES: readonly SharedRight[] = ['read'];
const EDITS: readonly SharedRight[] = ['read', 'write', 'append', 'append-to'];

async function join({ values, system, refuse }: HandlerContext): Promise<void> {
  const { systemuserid, opportunityid } = values;
  const user = await system.retrieve('systemuser', String(systemuserid));
  if (!user) return;
  values['name'] = user['fullname'] ?? null;
  const query = `$select=name&$filter=_opportunityid_value eq ${String(opportunityid)} and _systemuserid_value eq ${String(systemuserid)}&$top=1`;
  const [there] = await system.list(entity, query);
  if (!there) return;
  const message = `${String(user['fullname'] ?? 'This user')} is in the sales team of this deal already.`;
  refuse({ code: 'TEAM_MEMBER_TWICE', target: 'systemuserid', message });
}

async function shareDeal({ id, records, system, refuse }: HandlerContext): Promise<void> {
  const member = await system.retrieve(entity, id);
  if (!member) return;
  const rights = member['access'] === EDIT ? EDITS : SEES;
  const given = { rights, reason: 'Sales team' };
  const { ineffective } = await records.share(
    'opportunity',
    String(member['opportunityid']),
    String(member['systemuserid']),
    given,
  );
  if (!ineffective.includes('read')) return;
  const message = `No role lets ${String(member['name'] ?? 'this user')} read opportunities, so they could not see the deal. Give them a role that does first.`;
  refuse({ code: 'TEAM_MEMBER_BLIND', target: 'systemuserid', message });
}

async function endShare({ image = {}, records, system, userId }: HandlerContext): Promise<void> {
  const deal = String(image['opportunityid']);
  const user = String(image['systemuserid']);
  // With the deal itself its shares go.
  if (!(await system.retrieve('opportunity', deal))) return;
  // Leaving is everybody's own; it takes no right to share.
  await (user === userId ? system : records).unshare('opportunity', deal, user);
}

const entity = 'opportunityteammember';
const image: readonly (keyof Row & string)[] = ['opportunityid', 'systemuserid'];

export const salesTeam = [
  defineHandler({ name: 'team-member-once', stage: 'before', message: 'create', entity, run: join }),
  defineHandler({ name: 'team-member-joins', stage: 'after', message: 'create', entity, run: shareDeal }),
  defineHandler({
    name: 'team-member-access',
    stage: 'after',
    message: 'update',
    entity,
    changed: ['access'],
    run: shareDeal,
  }),
  defineHandler({ name: 'team-member-leaves', stage: 'after', message: 'delete', entity, image, run: endShare }),
];
