// GET /api/data/v9.2/$metadata.
import { answerText } from '../answer.ts';
import { operationsOf } from '../data/operations/registry.ts';
import { refuseMethod, type DataRequest } from '../data/request.ts';
import { answerTagged, tagOf } from '../model-tag.ts';
import { csdlOf } from './document.ts';

/** Labels only for who asks for annotations, as Dataverse does: they make it twice as large. */
export function showCsdl({ call, exchange, preferences }: DataRequest): Response {
  if (exchange.method !== 'GET') refuseMethod(exchange, 'GET');
  const { engine, principal } = call;
  const annotated = preferences.annotations === '*';
  const tag = tagOf(engine.model, `${principal.language}${annotated ? '.annotated' : ''}`, principal);
  return answerTagged(
    exchange,
    tag,
    (headers) =>
      answerText(200, csdlOf(engine.model, principal, operationsOf(engine), annotated), {
        ...headers,
        'Content-Type': 'application/xml',
        'OData-Version': '4.0',
        ...(annotated && { 'Preference-Applied': 'odata.include-annotations="*"' }),
      }),
    ', Accept-Language, Prefer',
  );
}
