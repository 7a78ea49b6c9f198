// Disqualify: asks why, by the reasons the organization has for it, and puts each of the leads aside.
import { defineCommand } from 'peyvand/ui';

const DISQUALIFIED = 2;

export default defineCommand({
  async run({ ids, client, texts, locale, entityOf, ask, notify, fail, refresh }) {
    const { status = [] } = await entityOf('lead');
    const reasons = status.find(({ state }) => state === DISQUALIFIED)?.reasons ?? [];
    const choices = reasons.map(({ value, title }) => ({ value: String(value), label: title }));
    const chosen = await ask(texts('disqualify.title'), texts('disqualify.why'), choices);
    if (chosen === undefined) return;
    let done = 0;
    try {
      for (const id of ids) {
        await client.invoke('DisqualifyLead', { Status: Number(chosen) }, { entity: 'lead', id });
        done++;
      }
    } catch (error) {
      fail(error);
    }
    if (done > 0) notify(texts('disqualify.done', { count: locale.number(done) }));
    await refresh();
  },
});
