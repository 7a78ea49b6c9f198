// The business rules of an entity as forms and the server run them, out of its rule documents, in the order of their ids.
import type { RuleConsequence, RuleMessage, RuleMetadata } from '../../metadata/effective.ts';
import type { Consequence, RuleDocument } from '../../metadata/schemas/rule.gen.ts';
import { defaultLanguage, translator } from './labels.ts';
import type { Model } from './model.ts';

/** Rules by entity; entities without any are not there. Messages are in the language. */
export function rulesByEntity(model: Model, language = defaultLanguage): ReadonlyMap<string, readonly RuleMetadata[]> {
  const translate = translator(model, language);
  const rules = new Map<string, RuleMetadata[]>();
  for (const id of [...model.documents.keys()].toSorted()) {
    const [entity = '', folder, name] = id.split('/');
    if (folder !== 'rules' || name === undefined) continue;
    const document = model.documents.get(id) as unknown as RuleDocument;
    const said = (part: 'then' | 'else', { refuse, recommend, ...rest }: Consequence): RuleConsequence => {
      const told = (list: 'refuse' | 'recommend', messages: readonly RuleMessage[]): readonly RuleMessage[] =>
        messages.map((one) => ({ ...one, message: translate(id, `${part}/${list}/${one.id}/message`, one.message) }));
      return {
        ...rest,
        ...(refuse && { refuse: told('refuse', refuse) }),
        ...(recommend && { recommend: told('recommend', recommend) }),
      };
    };
    const rule: RuleMetadata = {
      id,
      when: document.when,
      then: said('then', document.then),
      ...(document.else && { else: said('else', document.else) }),
    };
    rules.set(entity, [...(rules.get(entity) ?? []), rule]);
  }
  return rules;
}
