// A statement whose parameters are written out: what stands in a trigger's function has no caller to take them from.
import { literal } from '../db/identifier.ts';
import { SYSTEM_USER_ID } from '../security/system-principal.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { Statement, type Binding, type Run } from '../query/statement.ts';

const nobody: Run = {
  literals: [],
  principal: {
    userId: SYSTEM_USER_ID,
    businessUnitId: SYSTEM_USER_ID,
    teamIds: [],
    roles: [],
    timeZone: 'UTC',
    language: 'en',
    calendar: 'gregory',
  },
  now: new Date(0),
  size: 0,
  after: [],
  within: undefined,
  refuse(code, option, message) {
    throw new TypeError(`${code} in a rollup's condition: ${option}: ${message}`);
  },
};

export class ConstantStatement extends Statement {
  override parameter(type: string, binding: Binding): string {
    return `${literal(binding(nobody) as ColumnValue)}::${type}`;
  }
}
