// Reads CSDL and finds what breaks the rules of the standard (OData 4.0 part 3): names, types that are not there, keys, partners,
// constraints, bindings, imports, annotations.
import { SaxesParser } from 'saxes';

export interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
}

const PRIMITIVE = new Set(
  'Binary Boolean Byte Date DateTimeOffset Decimal Double Duration Guid Int16 Int32 Int64 SByte Single Stream String TimeOfDay'
    .split(' ')
    .map((name) => `Edm.${name}`),
);
const IDENTIFIER = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]{0,127}$/u;

/** Throws where the text is not well-formed XML. */
export function parseXml(text: string): Node {
  const root: Node = { name: '', attributes: {}, children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes, children: [] };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  parser.write(text).close();
  return root;
}

export function childrenOf(node: Node, name: string): readonly Node[] {
  return node.children.filter((child) => child.name === name);
}

/** Everything wrong, in words; empty where the document is sound. */
export function faultsOf(text: string): readonly string[] {
  const faults: string[] = [];
  const fault = (condition: boolean, words: string): void => {
    if (!condition) faults.push(words);
  };
  const edmx = parseXml(text).children[0];
  const schema = edmx && childrenOf(edmx, 'edmx:DataServices').flatMap((node) => childrenOf(node, 'Schema'))[0];
  if (!edmx || !schema) return ['there is no schema'];
  const aliases = new Set(
    childrenOf(edmx, 'edmx:Reference').flatMap((one) => one.children.map(({ attributes }) => attributes['Alias'])),
  );
  const { Alias: alias = '', Namespace: namespace = '' } = schema.attributes;
  const local = (name: string): string =>
    name.startsWith(`${alias}.`) ? name.slice(alias.length + 1) : name.replace(`${namespace}.`, '');
  const named = (kind: string): ReadonlyMap<string, Node> =>
    new Map(childrenOf(schema, kind).map((node) => [node.attributes['Name'] ?? '', node]));
  const entities = named('EntityType');
  const complexes = named('ComplexType');
  const types = childrenOf(schema, 'EntityType').length + childrenOf(schema, 'ComplexType').length;
  fault(new Set([...entities.keys(), ...complexes.keys()]).size === types, 'two types have one name');
  const container = childrenOf(schema, 'EntityContainer')[0];
  fault(container !== undefined, 'there is no container');

  const typeOf = (node: Node): string => (node.attributes['Type'] ?? '').replace(/^Collection\((.*)\)$/, '$1');
  const checkType = (node: Node, where: string): void => {
    const type = typeOf(node);
    const known = PRIMITIVE.has(type) || entities.has(local(type)) || complexes.has(local(type));
    fault(known, `${where}: there is no type ${type}`);
    const { Scale: scale, MaxLength: length, Precision: precision } = node.attributes;
    fault(scale === undefined || type === 'Edm.Decimal', `${where}: Scale is for decimals`);
    fault(length === undefined || (type === 'Edm.String' && Number(length) > 0), `${where}: MaxLength is for texts`);
    fault(precision === undefined || /Decimal|DateTimeOffset/.test(type), `${where}: Precision has no meaning`);
  };
  const checkAnnotations = (node: Node, where: string): void => {
    for (const child of node.children) {
      const { Term: term, PropertyPath: path } = child.attributes;
      if (term !== undefined) fault(aliases.has(term.split('.')[0]), `${where}: the term ${term} is of no vocabulary`);
      if (path !== undefined) {
        const entity = entities.get(where.split(' ')[0] ?? '');
        fault(entity !== undefined && membersOf(entity).has(path), `${where}: there is no property ${path}`);
      }
      if (!['Property', 'NavigationProperty', 'EntitySet'].includes(child.name)) checkAnnotations(child, where);
    }
  };
  const membersOf = (entity: Node): ReadonlyMap<string, Node> => {
    const base = entity.attributes['BaseType'];
    const above = base === undefined ? undefined : entities.get(local(base));
    const own = entity.children.filter(({ name }) => name === 'Property' || name === 'NavigationProperty');
    return new Map([
      ...(above ? membersOf(above) : []),
      ...own.map((node) => [node.attributes['Name'] ?? '', node] as const),
    ]);
  };

  for (const [name, type] of [...entities, ...complexes]) {
    fault(IDENTIFIER.test(name), `${name} is no identifier`);
    const own = type.children.filter((child) => child.name === 'Property' || child.name === 'NavigationProperty');
    const names = own.map(({ attributes }) => attributes['Name'] ?? '');
    fault(new Set(names).size === names.length, `${name} has two members of one name`);
    fault(!names.includes(name), `${name} has a member called as itself`);
    for (const member of own) {
      const where = `${name} ${member.attributes['Name'] ?? ''}`;
      fault(IDENTIFIER.test(member.attributes['Name'] ?? ''), `${where} is no identifier`);
      checkType(member, where);
      checkAnnotations(member, where);
    }
    checkAnnotations(type, name);
  }
  for (const [name, entity] of entities) {
    const members = membersOf(entity);
    const isAbstract = entity.attributes['Abstract'] === 'true';
    const key = childrenOf(entity, 'Key').flatMap((node) => node.children);
    fault(isAbstract || key.length > 0, `${name} has no key`);
    for (const { attributes } of key) {
      const property = members.get(attributes['Name'] ?? '');
      fault(property?.attributes['Nullable'] === 'false', `${name}: a part of the key may be null`);
    }
    for (const step of childrenOf(entity, 'NavigationProperty')) {
      const where = `${name}/${step.attributes['Name'] ?? ''}`;
      const target = entities.get(local(typeOf(step)));
      const { Partner: partner } = step.attributes;
      const isMany = step.attributes['Type']?.startsWith('Collection(') === true;
      fault(!isMany || step.attributes['Nullable'] === undefined, `${where}: a collection says nothing of null`);
      if (partner !== undefined) {
        const back = target && membersOf(target).get(partner);
        fault(back?.name === 'NavigationProperty', `${where}: there is no partner ${partner}`);
        fault(back !== undefined && local(typeOf(back)) === name, `${where}: the partner leads elsewhere`);
        fault(back?.attributes['Partner'] === step.attributes['Name'], `${where}: the partner does not say so`);
      }
      for (const { attributes } of childrenOf(step, 'ReferentialConstraint')) {
        const own = members.get(attributes['Property'] ?? '');
        const other = target && membersOf(target).get(attributes['ReferencedProperty'] ?? '');
        fault(own !== undefined && other !== undefined, `${where}: the constraint names what is not there`);
        fault(own?.attributes['Type'] === other?.attributes['Type'], `${where}: the constraint joins two types`);
      }
    }
  }

  const sets = new Map(container ? childrenOf(container, 'EntitySet').map((one) => [one.attributes['Name'], one]) : []);
  const inside = container?.children.map(({ attributes }) => attributes['Name']) ?? [];
  fault(new Set(inside).size === inside.length, 'two members of the container have one name');
  for (const [name = '', set] of sets) {
    const entity = entities.get(local(set.attributes['EntityType'] ?? ''));
    fault(entity !== undefined, `${name}: there is no such entity type`);
    checkAnnotations(set, name);
    for (const { attributes } of childrenOf(set, 'NavigationPropertyBinding')) {
      const step = entity && membersOf(entity).get(attributes['Path'] ?? '');
      const target = sets.get(attributes['Target'] ?? '');
      fault(step?.name === 'NavigationProperty', `${name}: ${attributes['Path'] ?? ''} is no navigation property`);
      fault(
        step !== undefined && local(target?.attributes['EntityType'] ?? '') === local(typeOf(step)),
        `${name}: ${attributes['Path'] ?? ''} is bound to a set of something else`,
      );
    }
  }

  const signatures = new Set<string>();
  for (const kind of ['Function', 'Action']) {
    for (const operation of childrenOf(schema, kind)) {
      const name = operation.attributes['Name'] ?? '';
      const bound = operation.attributes['IsBound'] === 'true';
      const parameters = childrenOf(operation, 'Parameter');
      const answers = childrenOf(operation, 'ReturnType');
      fault(!bound || parameters.length > 0, `${name} is bound to nothing`);
      fault(kind === 'Action' || answers.length === 1, `${name} answers nothing`);
      const names = parameters.map(({ attributes }) => attributes['Name']);
      fault(new Set(names).size === names.length, `${name} has two parameters of one name`);
      for (const part of [...parameters, ...answers]) checkType(part, name);
      const list =
        kind === 'Action' ? [parameters[0]?.attributes['Type']] : parameters.map((one) => one.attributes['Type']);
      const signature = `${kind} ${name} ${String(bound)} ${bound || kind === 'Function' ? list.join() : ''}`;
      fault(!signatures.has(signature), `${name} is there twice`);
      signatures.add(signature);
      checkAnnotations(operation, name);
      fault(!entities.has(name) && !complexes.has(name), `${name} is called as a type`);
    }
    for (const one of container ? childrenOf(container, `${kind}Import`) : []) {
      const target = childrenOf(schema, kind).find(
        ({ attributes }) =>
          attributes['Name'] === local(one.attributes[kind] ?? '') && attributes['IsBound'] !== 'true',
      );
      fault(target !== undefined, `${one.attributes['Name'] ?? ''} imports nothing`);
    }
  }
  return faults;
}
