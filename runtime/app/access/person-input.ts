// A box that finds people (and teams), outside of any form: the control of owner fields, with a field made for it.
import type { EntityMetadata, FieldMetadata } from '../../../metadata/effective.ts';
import type { LookupValue } from '../../ui/field-ui.ts';
import { fieldContext, type Workspace } from '../../ui/workspace.ts';

export interface PersonInput {
  readonly id: string;
  readonly title: string;
  readonly value: LookupValue | undefined;
  readonly describedBy?: string;
  onChange(value: LookupValue | undefined): void;
}

function isLookup(value: unknown): value is LookupValue {
  return typeof value === 'object' && value !== null && 'id' in value && 'entity' in value;
}

/** A field of no entity: what a control needs to know of it. */
export function looseField(
  name: string,
  title: string,
  type: string,
  targets: NonNullable<FieldMetadata['targets']> = [],
): FieldMetadata {
  const plain = {
    options: {},
    wire: name,
    required: false,
    readOnly: false,
    immutable: false,
    operators: [],
    sortable: false,
  };
  return { name, title, type, ...plain, ...(targets.length > 0 && { targets }) };
}

/** Loads what the boxes need; `teams` to be found too, where the caller may read them. */
export async function personInput(workspace: Workspace, teams: boolean): Promise<(input: PersonInput) => unknown> {
  const entities = (teams ? ['systemuser', 'team'] : ['systemuser']).filter((name) => workspace.app.entities[name]);
  const [first] = await Promise.all([workspace.entity('systemuser'), workspace.fields.load(['owner'])]);
  const home: EntityMetadata = first;
  const targets = entities.map((entity) => ({ entity, navigation: entity }));
  const field = looseField('person', '', 'owner', targets);
  // People are found here, not made.
  const entityOf = async (name: string) => ({ ...(await workspace.entity(name)), create: false, quickCreate: false });
  return (input) =>
    workspace.fields.of('owner').input({
      value: input.value ?? null,
      field: { ...field, title: input.title },
      context: { ...fieldContext(workspace, home, {}, undefined, undefined), entityOf },
      id: input.id,
      describedBy: input.describedBy ?? '',
      label: undefined,
      invalid: false,
      readOnly: false,
      required: false,
      place: 'form',
      onChange: (value) => input.onChange(isLookup(value) ? value : undefined),
      onInvalid: () => undefined,
    });
}
