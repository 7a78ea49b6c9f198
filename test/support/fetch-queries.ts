// Random FetchXML over the world of access-world.ts: links of every type, also over hidden fields, columns compared across
// tables, distinct rows and aggregates.
import type { World } from './access-world.ts';
import type { Random } from './random.ts';

const texts = ['name', 'secret', 'iban'] as const;
const fields = [...texts, 'amount', 'kind', 'flag'] as const;

export interface FetchQuery {
  readonly entity: string;
  /** `head` stands in `<fetch …>`: the page. */
  readonly text: (head: string) => string;
}

interface Draft {
  readonly random: Random;
  readonly world: World;
  /** Aliases of joins so far, with their entities. */
  readonly joined: [alias: string, entity: string][];
  links: number;
  readonly isAggregate: boolean;
  measures: number;
}

export function makeFetch(random: Random, world: World): FetchQuery {
  const entity = random.pick(['dossier', 'dossier', 'leaf']);
  const isAggregate = random.chance(0.35);
  const draft: Draft = { random, world, joined: [], links: 0, isAggregate, measures: 0 };
  const links = Array.from({ length: random.below(3) }, () => link(draft, entity, 0)).join('');
  const asked = filter(draft, entity, '', 0);
  const measured = isAggregate ? attributes(draft) : '';
  const content = `${isAggregate ? measured : attributes(draft)}${order(draft)}${asked}${links}`;
  const flags = isAggregate
    ? "aggregate='true'"
    : `${random.chance(0.2) ? "distinct='true' " : ''}${random.chance(0.3) ? "returntotalrecordcount='true'" : ''}`;
  return { entity, text: (head) => `<fetch ${flags} ${head}><entity name='${entity}'>${content}</entity></fetch>` };
}

function attributes(draft: Draft): string {
  const { random, isAggregate } = draft;
  const count = 1 + random.below(3);
  return Array.from({ length: count }, () => {
    draft.measures += 1;
    const alias = `a${draft.measures}`;
    if (!isAggregate) return `<attribute name='${random.pick(fields)}' alias='${alias}'/>`;
    if (random.chance(0.4)) return `<attribute name='${random.pick(fields)}' alias='${alias}' groupby='true'/>`;
    if (random.chance(0.2))
      return `<attribute name='createdon' alias='${alias}' groupby='true' dategrouping='${random.pick(['day', 'week', 'month', 'fiscal-period'])}'/>`;
    return random.pick([
      `<attribute name='amount' alias='${alias}' aggregate='${random.pick(['sum', 'avg', 'min', 'max'])}'/>`,
      `<attribute name='${random.pick(texts)}' alias='${alias}' aggregate='${random.pick(['min', 'max', 'count', 'countcolumn'])}'/>`,
      `<attribute name='${random.pick(fields)}' alias='${alias}' aggregate='countcolumn' distinct='true'/>`,
    ]);
  }).join('');
}

function order({ random, isAggregate, measures }: Draft): string {
  if (random.chance(0.5)) return '';
  const descending = random.chance(0.5);
  return isAggregate
    ? `<order alias='a${1 + random.below(Math.max(1, measures))}' descending='${descending}'/>`
    : `<order attribute='${random.pick(fields)}' descending='${descending}'/>`;
}

/** What ties two entities: by the lookups between them, or by texts that some may not read. */
function tie({ random }: Draft, entity: string): readonly [name: string, from: string, to: string] {
  if (random.chance(0.2)) return [random.pick(['dossier', 'leaf']), random.pick(texts), random.pick(texts)];
  if (entity === 'leaf') return ['dossier', 'dossierid', 'dossierid'];
  return random.pick([
    ['dossier', 'dossierid', 'parentid'],
    ['dossier', 'parentid', 'dossierid'],
    ['leaf', 'dossierid', 'dossierid'],
  ] as const);
}

function link(draft: Draft, entity: string, depth: number): string {
  const { random } = draft;
  const [name, from, to] = tie(draft, entity);
  draft.links += 1;
  const alias = `l${draft.links}`;
  const type = random.pick(['inner', 'inner', 'outer', 'outer', 'exists', 'in', 'matchfirstrowusingcrossapply']);
  const isAsked = type === 'exists' || type === 'in';
  if (!isAsked) draft.joined.push([alias, name]);
  const shown = isAsked || depth > 0 ? '' : `${attributes(draft)}${draft.isAggregate ? '' : order(draft)}`;
  const inside = depth < 1 && random.chance(0.3) && !isAsked ? link(draft, name, depth + 1) : '';
  const asked = random.chance(0.5) ? filter(draft, name, alias, 1) : '';
  return `<link-entity name='${name}' from='${from}' to='${to}' link-type='${type}' alias='${alias}'>${shown}${asked}${inside}</link-entity>`;
}

/** `alias`: of the link it stands in; the query's own filter may also ask the joins. */
function filter(draft: Draft, entity: string, alias: string, depth: number): string {
  const { random } = draft;
  const of = Array.from({ length: 1 + random.below(3) }, () =>
    depth < 2 && random.chance(0.25) ? filter(draft, entity, alias, depth + 1) : condition(draft, entity, alias, depth),
  );
  return `<filter type='${random.pick(['and', 'or'])}'>${of.join('')}</filter>`;
}

function condition(draft: Draft, entity: string, alias: string, depth: number): string {
  const { random, world, joined } = draft;
  const row = random.pick(world.rows);
  const field = random.pick(texts);
  const value = escaped((row[field] ?? 'x').slice(random.chance(0.2) ? 2 : 0));
  switch (random.below(depth < 2 ? 8 : 6)) {
    case 0:
      return `<condition attribute='${field}' operator='${random.pick(['eq', 'ne', 'gt', 'le'])}' value='${value}'/>`;
    case 1:
      return `<condition attribute='${field}' operator='like' value='${value.slice(0, 3)}%'/>`;
    case 2:
      return `<condition attribute='${field}' operator='${random.pick(['null', 'not-null'])}'/>`;
    case 3:
      return `<condition attribute='amount' operator='${random.pick(['gt', 'lt', 'ne'])}' value='${random.below(10)}'/>`;
    case 4:
      return `<condition attribute='${field}' operator='${random.pick(['eq', 'ne', 'lt'])}' valueof='${random.pick(texts)}'/>`;
    case 5: {
      const [other] = alias === '' && depth < 2 && joined.length > 0 ? random.pick(joined) : [alias];
      if (other === '') return `<condition attribute='flag' operator='eq' value='1'/>`;
      return random.chance(0.5)
        ? `<condition entityname='${other}' attribute='${field}' operator='${random.pick(['null', 'not-null'])}'/>`
        : `<condition attribute='${field}' operator='eq' valueof='${other}.${random.pick(texts)}'/>`;
    }
    default: {
      const [name, from, to] = tie(draft, entity);
      const type = random.pick(['any', 'not any', 'all', 'not all']);
      return `<link-entity name='${name}' from='${from}' to='${to}' link-type='${type}'>${filter(draft, name, '', 2)}</link-entity>`;
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
}
