// Options: of shared choices, of fields that bring their own, of states and reasons, of yes and no.
import { choiceTitle } from '../../../core/model/effective.ts';
import { defaultLanguage, translator } from '../../../core/model/labels.ts';
import type { Choice, Entity, Field, Model } from '../../../core/model/model.ts';
import { managed, type Definition, type Row } from './definition.ts';
import { emptyLabel, labelOf, sayLabel, type Say } from './label.ts';
import { metadataId } from '../../../core/model/metadata-id.ts';

const usualWords: Readonly<Record<string, { readonly yes: string; readonly no: string }>> = {
  en: { yes: 'Yes', no: 'No' },
  fa: { yes: 'بله', no: 'خیر' },
};

function option(value: number, label: Row, more: Row = {}): Row {
  return {
    Value: value,
    Label: label,
    Description: emptyLabel,
    Color: null,
    IsManaged: false,
    ExternalValue: '',
    ParentValues: [],
    Tag: null,
    IsHidden: false,
    MetadataId: null,
    HasChanged: null,
    ...more,
  };
}

function optionSet(path: string, name: string, more: Row): Definition {
  const id = metadataId(path);
  return {
    type: 'OptionSetMetadata',
    id,
    name,
    properties: {
      MetadataId: id,
      HasChanged: null,
      Name: name,
      ExternalTypeName: '',
      IntroducedVersion: '1.0.0.0',
      ParentOptionSetName: null,
      ...more,
    },
    navigation: {},
  };
}

/** Whether the organization made it itself, or took it over and only changes it. */
function origin(model: Model, document: string, path = ''): Row {
  const isOwn = model.provenance(document, path) === 'organization';
  return { IsManaged: !isOwn, IsCustomizable: managed(true, 'iscustomizable') };
}

export function describeChoice(model: Model, language: string, choice: Choice): Definition {
  const document = `choices/${choice.id}`;
  const description = model.documents.get(document)?.['description'];
  return optionSet(document, choice.id, {
    DisplayName: labelOf(model, language, sayLabel(model, document, 'title', choice.title)),
    Description: labelOf(
      model,
      language,
      sayLabel(model, document, 'description', typeof description === 'string' ? description : ''),
    ),
    IsGlobal: true,
    IsCustomOptionSet: model.provenance(document, '') === 'organization',
    OptionSetType: 'Picklist',
    ...origin(model, document),
    Options: choice.options.map(({ value, title, color }) =>
      option(value, labelOf(model, language, sayLabel(model, document, `options/${value}/title`, title)), {
        Color: color ?? null,
      }),
    ),
  });
}

/** The options of a field that chooses; a shared choice's where it names one. */
export function describeFieldOptions(
  model: Model,
  language: string,
  entity: Entity,
  field: Field,
): Definition | undefined {
  if (!field.choices) return undefined;
  const shared = field.type.choices?.(field.spec).choice;
  const choice = shared === undefined ? undefined : model.choices.get(shared);
  if (choice) return describeChoice(model, language, choice);
  const document = `${entity.name}/entity`;
  const title = (value: number, said: string): Row => {
    const say: Say = (tag) =>
      choiceTitle(model, translator(model, tag), entity, field, shared, value, tag === defaultLanguage ? said : '');
    return labelOf(model, language, say);
  };
  return optionSet(`${document}#properties/${field.name}/options`, `${entity.name}_${field.name}`, {
    DisplayName: emptyLabel,
    Description: emptyLabel,
    IsGlobal: false,
    IsCustomOptionSet: model.provenance(document, `/properties/${field.name}`) === 'organization',
    OptionSetType: field.system === 'state' ? 'State' : field.system === 'status' ? 'Status' : 'Picklist',
    ...origin(model, document, `/properties/${field.name}`),
    Options: field.choices.map(({ value, title: said, color }) =>
      option(value, title(value, said), { Color: color ?? null, ...stateFacts(entity, field, value) }),
    ),
  });
}

function stateFacts(entity: Entity, field: Field, value: number): Row {
  if (field.system === 'state') {
    const state = entity.status?.find((one) => one.state === value);
    return { DefaultStatus: state?.reasons[0]?.value ?? null, InvariantName: state?.title ?? null };
  }
  if (field.system !== 'status') return {};
  const state = entity.status?.find(({ reasons }) => reasons.some((reason) => reason.value === value));
  return { State: state?.state ?? null, TransitionData: null };
}

/** The two words of a field that is true or false. */
export function describeYesNo(model: Model, language: string, entity: Entity, field: Field): Definition {
  const document = `${entity.name}/entity`;
  const path = `${document}#properties/${field.name}/options`;
  const id = metadataId(path);
  const word = (name: 'yes' | 'no'): Row => {
    const said = field.spec.options[name];
    const own = typeof said === 'string' ? said : undefined;
    const say: Say = (tag) => {
      const usual = usualWords[tag]?.[name] ?? '';
      const fallback = tag === defaultLanguage ? (own ?? usual) : own === undefined ? usual : '';
      return translator(model, tag)(document, `properties/${field.name}/${name}`, fallback);
    };
    return labelOf(model, language, say);
  };
  return {
    type: 'BooleanOptionSetMetadata',
    id,
    name: `${entity.name}_${field.name}`,
    properties: {
      MetadataId: id,
      HasChanged: null,
      Name: `${entity.name}_${field.name}`,
      DisplayName: emptyLabel,
      Description: emptyLabel,
      IsGlobal: false,
      IsCustomOptionSet: false,
      OptionSetType: 'Boolean',
      ExternalTypeName: '',
      IntroducedVersion: '1.0.0.0',
      ...origin(model, document, `/properties/${field.name}`),
      TrueOption: option(1, word('yes')),
      FalseOption: option(0, word('no')),
    },
    navigation: {},
  };
}
