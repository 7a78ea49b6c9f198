// EntityDefinitions, RelationshipDefinitions and GlobalOptionSetDefinitions: the Dataverse metadata API over the model.
import { answerEmpty, answerOData, answerText } from '../answer.ts';
import { answerTagged, tagOf } from '../model-tag.ts';
import { readQueryString } from '../query-string.ts';
import type { Segment } from '../data/path.ts';
import { serviceRoot, type DataRequest } from '../data/request.ts';
import type { Services } from '../services.ts';
import { readDefinitions } from './read.ts';
import { readOptions } from './query-options.ts';
import { writeDefinition } from './write.ts';

export function definitionsRoute(
  services: Services,
  request: DataRequest,
  segments: readonly Segment[],
): Response | Promise<Response> {
  const { exchange, call } = request;
  if (exchange.method !== 'GET') return writeDefinition(services, request, segments);
  const { model } = call.engine;
  const options = readOptions(readQueryString(exchange.query));
  return answerTagged(
    exchange,
    tagOf(model, call.principal.language, call.principal),
    (headers) => {
      const root = `${serviceRoot(exchange)}/$metadata`;
      const { body, isText } = readDefinitions(model, call.principal, root, segments, options);
      if (body === undefined) return answerEmpty(204, headers);
      return isText
        ? answerText(200, body, { ...headers, 'Content-Type': 'text/plain; charset=utf-8', 'OData-Version': '4.0' })
        : answerOData(200, body, headers);
    },
    ', Accept-Language',
  );
}
