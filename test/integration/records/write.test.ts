// What writers of records get: created, changed, refused, in the database's own words afterwards.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { readBody } from '../../../core/records/read-body.ts';
import { update } from '../../../core/records/update.ts';
import type { PeyvandError } from '../../../core/sdk/index.ts';
import { administrator, inputOf, rootUnit, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine();
});
afterAll(() => world.drop());

const refused = async (work: Promise<unknown>): Promise<PeyvandError> => {
  try {
    await work;
  } catch (error) {
    return error as PeyvandError;
  }
  throw new Error('nothing was refused');
};
const codes = (error: PeyvandError): string[] => error.details.map((one) => `${one.target} ${one.code}`).sort();

describe('creating', () => {
  test('fills owner, unit, dates, state and number, and logs them', async () => {
    const made = await create(world.call, world.entity('account'), inputOf({ name: 'Acme' }));
    expect(made).toMatchObject({ created: true, changed: true });
    const [row] = await world.rows(`select * from org_default.account where accountid = $1`, [made.id]);
    expect(row).toMatchObject({
      name: 'Acme',
      ownerid: administrator,
      ownerid_type: 'systemuser',
      owninguser: administrator,
      owningteam: null,
      owningbusinessunit: rootUnit,
      createdby: administrator,
      statecode: 0,
      statuscode: 1,
      versionnumber: made.version,
    });
    expect(row?.['accountnumber']).toMatch(/^ACC-\d{5}$/);
    const [audit] = await world.rows<{ changes: string; action: string; request_id: string }>(
      `select action, changes, request_id from org_default._audit where record = $1`,
      [made.id],
    );
    expect(audit).toMatchObject({ action: 'create', request_id: 'test' });
    expect(JSON.parse(audit?.changes ?? '{}')).toMatchObject({ name: [null, 'Acme'], statecode: [null, 0] });
    const outbox = await world.rows(`select message, version from org_default._outbox where record = $1`, [made.id]);
    expect(outbox).toEqual([{ message: 'create', version: made.version }]);
  });
});

describe('changing', () => {
  test('writes what differs, with old and new value in the log', async () => {
    const account = world.entity('account');
    const made = await create(world.call, account, inputOf({ name: 'Old' }));
    const changed = await update(world.call, account, { id: made.id }, inputOf({ name: 'New', fax: null }));
    expect(changed.changed).toBe(true);
    expect(BigInt(changed.version)).toBeGreaterThan(BigInt(made.version));
    const again = await update(world.call, account, { id: made.id }, inputOf({ name: 'New' }));
    expect(again).toEqual({ id: made.id, version: changed.version, created: false, changed: false });
    const log = await world.rows<{ changes: string }>(
      `select changes from org_default._audit where record = $1 and action = 'update'`,
      [made.id],
    );
    expect(log.map((one) => JSON.parse(one.changes))).toEqual([{ name: ['Old', 'New'] }]);
  });

  test('a stale version is refused with what stands there now', async () => {
    const account = world.entity('account');
    const made = await create(world.call, account, inputOf({ name: 'One' }));
    const next = await update(world.call, account, { id: made.id }, inputOf({ name: 'Two', revenue: '12.50' }));
    const error = await refused(
      update(world.call, account, { id: made.id }, inputOf({ name: 'Three', revenue: 9 }), { version: made.version }),
    );
    expect(error).toMatchObject({
      code: 'PRECONDITION_FAILED',
      status: 412,
      data: { current: { name: 'Two', revenue: 12.5 }, version: next.version },
    });
  });
});

describe('reading a body', () => {
  test('says everything wrong with the names at once', async () => {
    const body = JSON.stringify({
      nmae: 'x',
      _primarycontactid_value: null,
      'foo@odata.bind': '/contacts(1)',
      'name@odata.type': 'x',
    });
    const account = world.entity('account');
    const input = await readBody(world.call, account, body);
    const error = await refused(create(world.call, account, input));
    expect(error.status).toBe(400);
    expect(codes(error)).toEqual([
      '_primarycontactid_value FIELD_READ_ONLY',
      'foo@odata.bind NAVIGATION_UNKNOWN',
      'name FIELD_REQUIRED',
      'nmae FIELD_UNKNOWN',
    ]);
    expect(error.details.find((one) => one.target === 'nmae')?.message).toContain('did you mean "name"');
  });
});
