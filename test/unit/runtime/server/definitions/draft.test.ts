// What is sent to the metadata API as changes of a layer, without a server: kinds of fields there and back, and whatever somebody
// may send.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../../../core/model/layer.ts';
import type { JsonObject } from '../../../../../core/sdk/index.ts';
import type { Principal } from '../../../../../core/security/principal.ts';
import { PeyvandError } from '../../../../../core/sdk/index.ts';
import {
  openDraft,
  patchOf,
  putTexts,
  readLabel,
  type Draft,
} from '../../../../../runtime/server/definitions/draft.ts';
import { createAttribute } from '../../../../../runtime/server/definitions/write-attribute.ts';
import { createEntity, createKey, pluralOf } from '../../../../../runtime/server/definitions/write-entity.ts';
import {
  createChoice,
  insertOption,
  orderOptions,
  removeOption,
  updateOption,
} from '../../../../../runtime/server/definitions/write-options.ts';
import { createRelation } from '../../../../../runtime/server/definitions/write-relation.ts';
import { baseModel, shippedPlugins } from '../../../../support/model.ts';

const model = await baseModel();
const { layers, fieldTypes } = await shippedPlugins();
const types = [...fieldTypes.values()];
const principal: Principal = {
  userId: '00000000-0000-7000-8000-000000000001',
  businessUnitId: '00000000-0000-7000-8000-000000000002',
  teamIds: [],
  roles: ['system-administrator'],
  timeZone: 'UTC',
  language: 'en',
  calendar: 'gregory',
};
const empty: Layer = { id: 'organization', version: '0', kind: 'organization', documents: new Map() };
const draft = (): Draft => openDraft(model, principal, layers, empty);
const account = model.entities.get('account');
if (!account) throw new TypeError('no account');
const nothingKnown = (): ReadonlySet<string> => new Set();

describe('a kind of field', () => {
  const described = [...model.entities.values()].flatMap((entity) =>
    [...entity.fields.values()].filter((field) => field.type.attribute?.define && field.system === undefined),
  );

  test('that is described can be defined again by what was described, of every type', () => {
    const seen = new Set<string>();
    for (const field of described) {
      const { attribute } = field.type;
      const facets = attribute?.facets?.(field.spec) ?? {};
      const kind = attribute?.kind ?? attribute?.code ?? '';
      const defined = types.map((type) => type.attribute?.define?.({ kind, facets })).find((one) => one !== undefined);
      expect(defined, `${field.entity}.${field.name}`).toMatchObject({
        property: { field: { type: field.type.name } },
      });
      seen.add(field.type.name);
    }
    expect(seen.size).toBeGreaterThan(8);
  });

  test('becomes the field type that fits it', () => {
    const typeOf = (kind: string, facets: JsonObject): unknown => {
      const body = { '@odata.type': `Microsoft.Dynamics.CRM.${kind}AttributeMetadata`, SchemaName: 'new_X', ...facets };
      const change = draft();
      createAttribute(change, types, account, body, nothingKnown);
      expect(change.problems).toEqual([]);
      const properties = change.documents.get('account/entity')?.['properties'] as Record<
        string,
        { field: JsonObject }
      >;
      return properties['new_x']?.field['type'];
    };
    expect(typeOf('String', { FormatName: { Value: 'Url' } })).toBe('text');
    expect(typeOf('String', { Format: 'TextArea' })).toBe('multiline');
    expect(typeOf('String', { AutoNumberFormat: 'A-{SEQNUM:3}' })).toBe('auto-number');
    expect(typeOf('Memo', { FormatName: { Value: 'RichText' } })).toBe('rich-text');
    expect(typeOf('Integer', { Format: 'Duration' })).toBe('duration');
    expect(typeOf('Double', {})).toBe('decimal');
    expect(typeOf('DateTime', { DateTimeBehavior: { Value: 'DateOnly' } })).toBe('date');
    expect(typeOf('DateTime', { DateTimeBehavior: { Value: 'TimeZoneIndependent' } })).toBe('date-time');
  });
});

test('a set is named as Dataverse would name it', () => {
  expect(['new_loyalty', 'new_day', 'new_box', 'new_branch', 'new_visit'].map(pluralOf)).toEqual([
    'new_loyalties',
    'new_days',
    'new_boxes',
    'new_branches',
    'new_visits',
  ]);
});

test('a label gives the document its text and the locale files the others; without merging, what is left out goes', () => {
  const change = draft();
  const label = (english: string, persian?: string): JsonObject => ({
    LocalizedLabels: [
      { Label: english, LanguageCode: 1033 },
      ...(persian === undefined ? [] : [{ Label: persian, LanguageCode: 1065 }]),
    ],
  });
  const put = (sent: JsonObject, merge: boolean): unknown => {
    const texts = readLabel(change, sent, 'DisplayName');
    if (texts) putTexts(change, 'account/entity', 'title', texts, merge);
    return change.documents.get('locales/fa');
  };
  const persian = { title: 'فارسی', direction: 'rtl', texts: { 'account/entity#title': 'حساب' } };
  expect(put(label('Account', 'حساب'), false)).toEqual(persian);
  expect(put(label('Company'), true)).toEqual(persian);
  expect(put(label('Company'), false)).toBeUndefined();
  expect(put({}, false)).toBeUndefined();
  readLabel(change, { LocalizedLabels: [{ Label: 'x'.repeat(3000), LanguageCode: 1033 }] }, 'DisplayName');
  expect(change.problems).toMatchObject([{ target: 'DisplayName/LocalizedLabels/0' }]);
});

test('an overlay holds only what differs', () => {
  expect(patchOf({ a: 1, b: { c: 2, d: 3 } }, { a: 1, b: { c: 2, d: 4 } })).toEqual({ b: { d: 4 } });
  expect(patchOf({ a: 1, b: 2 }, { a: 1 })).toBeUndefined();
});

test('whatever is sent is either taken or told of, and never a fault', () => {
  const names = fc.constantFrom(
    ...`SchemaName Name DisplayName Attributes Options OptionSet Label
    Value Values Lookup OptionSetName EntityLogicalName AttributeLogicalName ReferencedEntity
    ReferencingEntity Entity1LogicalName Entity2LogicalName CascadeConfiguration KeyAttributes RequiredLevel Format
    @odata.type LocalizedLabels LanguageCode TrueOption IsActivity MaxLength __proto__
    toString`.split(/\s+/),
  );
  const leaf = fc.oneof(
    fc.constantFrom('new_X', 'account', 'name', 'industrycode', 'contact', 1033, 1, true, null),
    fc.constantFrom(
      'Microsoft.Dynamics.CRM.StringAttributeMetadata',
      'Microsoft.Dynamics.CRM.PicklistAttributeMetadata',
    ),
    fc.jsonValue(),
  );
  const { body } = fc.letrec<{ body: object; value: unknown }>((tie) => ({
    body: fc.dictionary(names, tie('value'), { maxKeys: 12 }),
    value: fc.oneof({ maxDepth: 4 }, leaf, tie('body'), fc.array(tie('value'), { maxLength: 3 })),
  }));
  fc.assert(
    fc.property(body, (sent) => {
      // As it comes out of a body's text.
      const given = JSON.parse(JSON.stringify(sent)) as JsonObject;
      for (const attempt of [
        (change: Draft) => createEntity(change, types, given, new Set(), nothingKnown),
        (change: Draft) => createAttribute(change, types, account, given, nothingKnown),
        (change: Draft) => createRelation(change, given, nothingKnown),
        (change: Draft) => createChoice(change, given),
        (change: Draft) => createKey(change, account, given),
        (change: Draft) => insertOption(change, given),
        (change: Draft) => updateOption(change, given),
        (change: Draft) => removeOption(change, given),
        (change: Draft) => orderOptions(change, given),
      ]) {
        const change = draft();
        try {
          if (attempt(change) === undefined) continue;
        } catch (error) {
          if (!(error instanceof PeyvandError)) throw error;
        }
        for (const { target, message } of change.problems)
          expect(`${target}${message}`).not.toContain('[object Object]');
      }
    }),
    { numRuns: 300, examples: [[{ EntityLogicalName: { toString: null }, SchemaName: { toString: null } }]] },
  );
});
