// What users get from sample, on a real database, a real server and in a browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { noBrowser, startKit, type Kit } from 'peyvand/test';
import { examples } from '../fields/sample-rating/examples.ts';

let kit: Kit;
before(async () => {
  kit = await startKit();
});
after(() => kit?.stop());

test('the field type keeps what its examples promise', () => kit.tryFieldType('sample-rating', examples));

test('a visit without a day takes place a week from now', async () => {
  const visit = await kit.at('2026-03-21', () => kit.make('sample_visit'));
  assert.equal(visit['sample_on'], '2026-03-28');
});

test('a poor visit leaves a task behind, and is done only once', async () => {
  const user = await kit.asUser('basic-user');
  const visit = await user.make('sample_visit', { sample_name: 'Spring' });
  const done = { entity: 'sample_visit', id: visit.id };
  await user.invoke('sample_Complete', { Rating: 2 }, done);
  const ofVisit = `_regardingobjectid_value eq ${visit.id}`;
  // Handlers that come later may leave other tasks.
  const calls = await user.list('task', `$filter=${ofVisit} and subject eq 'Call about: Spring'`);
  assert.equal(calls.length, 1);
  await assert.rejects(user.invoke('sample_Complete', { Rating: 5 }, done), { code: 'SAMPLE_VISIT_DONE' });
});

test('the form shows the rating as stars', { skip: noBrowser() }, async () => {
  const visit = await kit.make('sample_visit', { sample_rating: 4 });
  const page = await kit.browserPage();
  await page.goto(`/app/sample_visit/record/${visit.id}`);
  await page.getByRole('img', { name: '4 stars' }).waitFor();
});
