// GET /api/access/explain?entity=account&record=…&privilege=read&field=…&user=…: why somebody may or may not.
import { explain, type Explanation, type Question } from '../../../core/security/explain/explain.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { fail } from '../errors.ts';
import { originOf, type Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';

const OPTIONS = ['entity', 'record', 'privilege', 'field', 'user', 'language'] as const;

export async function showExplanation(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const options = readQueryString(exchange.query);
  const details = [...options.keys()]
    .filter((name) => !OPTIONS.some((known) => known === name))
    .map((name) => ({
      code: 'OPTION_UNKNOWN',
      target: name,
      message: `There is no option "${name}"; there are ${OPTIONS.join(', ')}.`,
    }));
  if (details.length > 0) throw fail('QUERY_OPTIONS_INVALID', { count: details.length }, { details });
  const asked = (name: (typeof OPTIONS)[number]): string | undefined => options.get(name);
  const language = asked('language');
  const question: Question = {
    entity: asked('entity') ?? '',
    record: asked('record'),
    privilege: asked('privilege'),
    field: asked('field'),
    user: asked('user'),
    language: language !== undefined && /^[\w-]{2,35}$/.test(language) ? language : undefined,
  };
  const engine = services.organization.current();
  const explanation = await explain(
    { engine, principal, requestId: exchange.id, origin: originOf(exchange) },
    question,
  );
  return answerJson(200, question.privilege === undefined ? explanation : single(explanation));
}

/** One privilege was asked about: its verdict stands beside the question. */
function single({ verdicts, ...about }: Explanation): object {
  return { ...about, ...verdicts[0] };
}
