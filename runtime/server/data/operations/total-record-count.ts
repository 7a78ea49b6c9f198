// RetrieveTotalRecordCount: how many rows of each entity the caller may read; exact, and now (Dataverse's is a snapshot of a day).
import { countOData } from '../../../../core/records/list.ts';
import { suggest } from '../../../../core/model/suggest.ts';
import { answerOData } from '../../answer.ts';
import { fail } from '../../errors.ts';
import { shipped } from './operation.ts';

const MOST = 50;

export const totalRecordCount = shipped({
  name: 'RetrieveTotalRecordCount',
  kind: 'function',
  parameters: [{ name: 'EntityNames', type: 'text', collection: true }],
  returns: { properties: [{ name: 'EntityRecordCountCollection', type: 'json' }] },
  async answer({ request, parameters }) {
    const { call, reading } = request;
    const { entities } = call.engine.model;
    const names = [...new Set((await parameters())['EntityNames'] as readonly string[])];
    if (names.length > MOST) {
      const message = `EntityNames holds at most ${MOST} names.`;
      throw fail(
        'BODY_INVALID',
        { count: 1 },
        { details: [{ code: 'PARAMETER_INVALID', target: 'EntityNames', message }] },
      );
    }
    const Values: number[] = [];
    for (const name of names) {
      const entity = entities.get(name);
      if (!entity) throw fail('ENTITY_UNKNOWN', { name, suggestion: suggest(name, entities.keys()) });
      Values.push(Number(await countOData(call, entity, '')));
    }
    const counts = { Count: names.length, IsReadOnly: false, Keys: names, Values };
    const context = `${reading.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse`;
    return answerOData(200, JSON.stringify({ '@odata.context': context, EntityRecordCountCollection: counts }));
  },
});
