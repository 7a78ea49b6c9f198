// `peyvand audit-owner --role NAME`: the SQL by which an administrator of the database gives the audit log to a role of its
// own. Printed, not run: whoever the server connects as must not be able to do it.
import { ownershipScript } from '../../../core/audit/ownership.ts';
import { readOptions, usageFault, type Command } from '../command.ts';

export const auditOwner: Command = {
  summary: 'Prints the SQL that lets the server (its database role) add to the audit log and read it, nothing else.',
  usage: ['audit-owner --role NAME'],
  run(args) {
    const { values } = readOptions(args, { role: { type: 'string' } });
    if (values.role === undefined || values.role === '')
      throw usageFault('Name the role of DATABASE_URL, which the server connects as.');
    process.stdout.write(ownershipScript(values.role));
    return Promise.resolve(0);
  },
};
