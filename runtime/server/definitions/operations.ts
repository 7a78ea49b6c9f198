// The unbound actions and functions about definitions: options are changed by them, and tools end their work with PublishXml,
// though nothing is left to publish.
import type { OperationParameter } from '../../../core/sdk/index.ts';
import { answerEmpty, answerOData } from '../answer.ts';
import { shipped, type Invocation, type ShippedOperation } from '../data/operations/operation.ts';
import type { Draft } from './draft.ts';
import type { Row } from './definition.ts';
import { languagesOf } from './label.ts';
import { languageCode } from './language-codes.ts';
import { publishDefinitions, requireCustomizer } from './publish.ts';
import { refuseInside } from './write.ts';
import { insertOption, orderOptions, removeOption, updateOption } from './write-options.ts';

const optional = (name: string, type: OperationParameter['type']): OperationParameter => ({
  name,
  type,
  optional: true,
});

/** A shared choice, or a field with options of its own. */
const place: readonly OperationParameter[] = [
  optional('OptionSetName', 'text'),
  optional('EntityLogicalName', 'text'),
  optional('AttributeLogicalName', 'text'),
];
const words: readonly OperationParameter[] = [
  optional('Label', 'json'),
  optional('Description', 'json'),
  optional('Color', 'text'),
];
const ignored: readonly OperationParameter[] = [
  optional('ParentValues', 'json'),
  optional('SolutionUniqueName', 'text'),
];

async function change(
  { services, request, parameters }: Invocation,
  what: string,
  edit: (draft: Draft, sent: Row) => number | void,
  removes = false,
): Promise<number | void> {
  const { principal, engine } = request.call;
  refuseInside(request);
  requireCustomizer(principal, engine.model);
  const sent = await parameters();
  return publishDefinitions(services.organization, principal, { what, removes, edit: (draft) => edit(draft, sent) });
}

export const definitionOperations: readonly ShippedOperation[] = [
  shipped({
    name: 'InsertOptionValue',
    kind: 'action',
    description: 'Adds an option to a shared choice or to a field; answers its value.',
    parameters: [...place, optional('Value', 'integer'), ...words, ...ignored],
    returns: { properties: [{ name: 'NewOptionValue', type: 'integer' }] },
    async answer(invocation) {
      const value = await change(invocation, 'InsertOptionValue', insertOption);
      const context = `${invocation.request.reading.root}/$metadata#Microsoft.Dynamics.CRM.InsertOptionValueResponse`;
      return answerOData(200, JSON.stringify({ '@odata.context': context, NewOptionValue: value }));
    },
  }),
  shipped({
    name: 'UpdateOptionValue',
    kind: 'action',
    description: 'Changes what an option is called.',
    parameters: [
      ...place,
      { name: 'Value', type: 'integer' },
      ...words,
      optional('MergeLabels', 'boolean'),
      ...ignored,
    ],
    async answer(invocation) {
      await change(invocation, 'UpdateOptionValue', updateOption);
      return answerEmpty(204);
    },
  }),
  shipped({
    name: 'DeleteOptionValue',
    kind: 'action',
    description: 'Takes an option away; rows that have its value keep the number.',
    parameters: [...place, { name: 'Value', type: 'integer' }, ...ignored],
    async answer(invocation) {
      await change(invocation, 'DeleteOptionValue', removeOption, true);
      return answerEmpty(204);
    },
  }),
  shipped({
    name: 'OrderOption',
    kind: 'action',
    description: 'Puts options in order; names every one of them.',
    parameters: [...place, { name: 'Values', type: 'integer', collection: true }, ...ignored],
    async answer(invocation) {
      await change(invocation, 'OrderOption', orderOptions);
      return answerEmpty(204);
    },
  }),
  ...['PublishXml', 'PublishAllXml'].map((name) =>
    shipped({
      name,
      kind: 'action',
      right: 'publish',
      description: 'For tools that end with it: definitions are published as they are changed.',
      parameters: name === 'PublishXml' ? [optional('ParameterXml', 'text')] : [],
      answer: () => answerEmpty(204),
    }),
  ),
  ...(
    [
      ['RetrieveProvisionedLanguages', 'RetrieveProvisionedLanguages'],
      ['RetrieveAvailableLanguages', 'LocaleIds'],
    ] as const
  ).map(([name, property]) =>
    shipped({
      name,
      kind: 'function',
      description: 'The numbers of the languages that labels are in.',
      parameters: [],
      returns: { properties: [{ name: property, type: 'integer', collection: true }] },
      answer({ request }) {
        const codes = languagesOf(request.call.engine.model).map(languageCode);
        const context = `${request.reading.root}/$metadata#Microsoft.Dynamics.CRM.${name}Response`;
        return answerOData(200, JSON.stringify({ '@odata.context': context, [property]: codes }));
      },
    }),
  ),
];
