// POST /api/access/what-if: what a change of a role, a profile or who holds them would do. Nothing is changed.
import type { Principal } from '../../../core/security/principal.ts';
import { whatIf } from '../../../core/security/explain/what-if.ts';
import { answerJson } from '../answer.ts';
import { readJson } from '../body.ts';
import { originOf, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

const LIMIT = 1024 * 1024;

export async function answerWhatIf(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { value } = await readJson(exchange, LIMIT);
  const engine = services.organization.current();
  return answerJson(
    200,
    await whatIf({ engine, principal, requestId: exchange.id, origin: originOf(exchange) }, value),
  );
}
