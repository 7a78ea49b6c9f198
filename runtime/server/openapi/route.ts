// GET /openapi.json, by model version and what decides the caller's rights.
import type { Model } from '../../../core/model/model.ts';
import { accessShape } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerText } from '../answer.ts';
import { operationsOf } from '../data/operations/registry.ts';
import type { Exchange } from '../exchange.ts';
import { answerTagged, tagOf } from '../model-tag.ts';
import type { Services } from '../services.ts';
import { openApiDocument } from './document.ts';

const made = new WeakMap<Model, Map<string, string>>();

export function showOpenApi(services: Services, exchange: Exchange, principal: Principal): Response {
  const engine = services.organization.current();
  const { model } = engine;
  return answerTagged(exchange, tagOf(model, 'openapi', principal), (headers) => {
    let texts = made.get(model);
    if (!texts) made.set(model, (texts = new Map()));
    const shape = accessShape(principal);
    let text = texts.get(shape);
    if (text === undefined) {
      text = JSON.stringify(openApiDocument(model, principal, operationsOf(engine)));
      // Rights come in many shapes, and each text is large.
      if (texts.size >= 50) texts.clear();
      texts.set(shape, text);
    }
    return answerText(200, text, { ...headers, 'Content-Type': 'application/json; charset=utf-8' });
  });
}
