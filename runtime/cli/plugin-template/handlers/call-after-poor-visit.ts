// A visit that went badly leaves a task behind, in the same transaction.
import { defineHandler } from 'peyvand/sdk';

export const callAfterPoorVisit = defineHandler({
  name: 'call-after-poor-visit',
  stage: 'after',
  message: 'update',
  entity: 'sample_visit',
  changed: ['sample_rating'],
  postImage: ['sample_name', 'sample_rating'],
  async run({ id, postImage, records }) {
    const rating = postImage?.['sample_rating'];
    if (typeof rating !== 'number' || rating > 2) return;
    await records.create('task', {
      subject: `Call about: ${String(postImage?.['sample_name'])}`,
      regardingobjectid: { entity: 'sample_visit', id },
    });
  },
});
