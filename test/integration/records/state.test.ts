// State and status reason of new rows.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

let organization: TestEngine;

beforeAll(async () => {
  organization = await testEngine();
});

afterAll(async () => {
  await organization.drop();
});

async function stored(values: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { id } = await create(
    organization.call,
    organization.entity('appointment'),
    inputOf({ subject: 'A', ...values }),
  );
  const [row] = await organization.rows(
    'select statecode, statuscode from org_default.appointment where activityid = $1',
    [id],
  );
  return row;
}

test('a row created in a state gets that state’s first reason, not the reason of a new row', async () => {
  expect(await stored({ statecode: 1 })).toEqual({ statecode: 1, statuscode: 3 });
});

test('a row created with a reason is in the reason’s state; with neither, in the first', async () => {
  expect(await stored({ statuscode: 3 })).toEqual({ statecode: 1, statuscode: 3 });
  expect(await stored({})).toEqual({ statecode: 0, statuscode: 1 });
});
