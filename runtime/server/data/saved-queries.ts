// The set `savedqueries` for clients of Dataverse: the model's views, each with the id that `?savedQuery=<id>` takes. Read-only; personal
// views do not exist, so `userqueries` is empty.
import type { EntityDocument } from '../../../core/model/model.ts';
import { translator } from '../../../core/model/labels.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';
import { mayI } from '../../../core/security/access.ts';
import { answerOData } from '../answer.ts';
import { narrow, showMany, showOne } from '../definitions/evaluate.ts';
import type { Definition } from '../definitions/definition.ts';
import { readOptions } from '../definitions/query-options.ts';
import { fail } from '../errors.ts';
import { readQueryString } from '../query-string.ts';
import type { Segment } from './path.ts';
import { refuseMethod, type DataRequest } from './request.ts';

export function isSavedQueries(name: string): boolean {
  return name === 'savedqueries' || name === 'userqueries';
}

/** Dataverse's number of views that people see in lists. */
const LIST_VIEW = 0;

export function answerSavedQueries(
  { call, exchange, reading }: DataRequest,
  head: Segment,
  rest: readonly Segment[],
): Response {
  if (exchange.method !== 'GET') refuseMethod(exchange, 'GET');
  const { engine, principal } = call;
  const { model } = engine;
  const translate = translator(model, principal.language);
  const describe = ({ id, entity, document }: EntityDocument): Definition => {
    const key = metadataId(id);
    const { title, description } = document;
    const properties = {
      savedqueryid: key,
      name: translate(id, 'title', typeof title === 'string' ? title : id),
      description: typeof description === 'string' ? translate(id, 'description', description) : null,
      returnedtypecode: entity,
      querytype: LIST_VIEW,
      isdefault: document['default'] === true,
      statecode: 0,
    };
    return { type: 'savedquery', id: key, name: id, properties, navigation: {} };
  };
  const shown = [...model.views.values()].filter(({ entity }) => mayI(principal, model, 'read', entity));
  const views = head.name === 'savedqueries' ? shown.map(describe) : [];
  const options = readOptions(readQueryString(exchange.query));
  const context = `${reading.root}/$metadata#${head.name}`;
  const [next] = rest;
  if (next?.name === '$count' && rest.length === 1) return answerOData(200, String(narrow(views, options).length));
  if (next) throw fail('SEGMENT_UNKNOWN', { entity: head.name, name: next.name });
  if (head.arguments === undefined) {
    const count = options.count ? { '@odata.count': narrow(views, options).length } : {};
    return answerOData(200, JSON.stringify({ '@odata.context': context, ...count, value: showMany(views, options) }));
  }
  const wanted = head.arguments.kind === 'id' ? head.arguments.id : '';
  const one = views.find(({ id }) => id === wanted);
  if (!one) throw fail('DEFINITION_UNKNOWN', { set: head.name, name: wanted, suggestion: '' });
  return answerOData(200, JSON.stringify({ '@odata.context': `${context}/$entity`, ...showOne(one, options) }));
}
