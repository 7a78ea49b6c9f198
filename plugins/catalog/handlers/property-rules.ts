// Properties belong to families that are worked on, and each value fits its property.
import { familiesOf, isOpen, propertiesOf, STRUCTURE } from '../product-states.ts';
import type { Row } from 'peyvand/sdk';
import { checked, has } from './checked.ts';

const TYPE = { options: 0, decimal: 1, float: 2, text: 3, whole: 4 } as const;
const TYPES = ['an option', 'a decimal', 'a number', 'a text', 'a whole number'];

const optionsOf = (property: Row): readonly string[] =>
  String(property['options'] ?? '')
    .split('\n')
    .map((option) => option.trim())
    .filter((option) => option !== '');

/** What is wrong with a value; undefined where it fits. */
export function unfit(property: Row, value: string): string | undefined {
  const type = Number(property['datatype']);
  const { minvalue, maxvalue, precision, maxlengthstring } = property;
  if (type === TYPE.options) {
    const options = optionsOf(property);
    return options.includes(value) ? undefined : `${value} is none of its options: ${options.join(', ')}.`;
  }
  if (type === TYPE.text) {
    const most = typeof maxlengthstring === 'number' ? maxlengthstring : 500;
    return [...value].length > most ? `The text has more than ${most} characters.` : undefined;
  }
  const [, fraction = ''] = /^-?\d{1,15}(?:\.(\d{1,10}))?$/.exec(value) ?? ['', undefined];
  if (!/^-?\d{1,15}(?:\.\d{1,10})?$/.test(value)) return `${value} is not ${TYPES[type] ?? 'a number'}.`;
  if (type === TYPE.whole && fraction !== '') return `${value} is not a whole number.`;
  if (typeof precision === 'number' && fraction.length > precision)
    return `${value} has more than ${precision} decimals.`;
  if (has(property, 'minvalue') && Number(value) < Number(minvalue)) return `${value} is below ${String(minvalue)}.`;
  if (has(property, 'maxvalue') && Number(value) > Number(maxvalue)) return `${value} is above ${String(maxvalue)}.`;
  return undefined;
}

export const propertyRules = [
  ...checked(
    'dynamicproperty',
    'PROPERTY_INVALID',
    ['options', 'defaultvalue', 'minvalue', 'maxvalue', 'precision', 'maxlengthstring', 'isrequired', 'name'],
    async ({ row, wrong, named, system }) => {
      const family = await named('product', 'regardingobjectid');
      if (!family) return;
      if (family['productstructure'] !== STRUCTURE.family)
        wrong('regardingobjectid', 'Properties belong to product families.');
      else if (!isOpen(family)) {
        wrong(
          'regardingobjectid',
          `The family ${String(family['name'])} is not a draft. Revise it before you change its properties.`,
        );
      }
      if (row['datatype'] === TYPE.options && optionsOf(row).length === 0)
        wrong('options', 'Write the options, one a line.');
      if (has(row, 'minvalue') && has(row, 'maxvalue') && Number(row['minvalue']) > Number(row['maxvalue'])) {
        wrong('maxvalue', 'The largest value is below the smallest.');
      }
      const fault = has(row, 'defaultvalue') ? unfit(row, String(row['defaultvalue'])) : undefined;
      if (fault !== undefined) wrong('defaultvalue', fault);
      const above = await propertiesOf(system, await familiesOf(system, family));
      const same = above.find(
        (property) => String(property['name']).toLowerCase() === String(row['name']).toLowerCase(),
      );
      if (same && same['datatype'] !== row['datatype']) {
        wrong(
          'datatype',
          `A family above has ${String(row['name'])} with another data type. Take the same, or another name.`,
        );
      }
    },
  ),
  ...checked('dynamicpropertyinstance', 'PROPERTY_VALUE_INVALID', ['value'], async ({ row, wrong, named, system }) => {
    const [product, property] = await Promise.all([
      named('product', 'productid'),
      named('dynamicproperty', 'dynamicpropertyid'),
    ]);
    if (!product || !property) return;
    if (product['productstructure'] === STRUCTURE.family) wrong('productid', 'A family has no values: its members do.');
    const families = await familiesOf(system, product);
    if (!families.some((family) => family['productid'] === property['regardingobjectid'])) {
      wrong(
        'dynamicpropertyid',
        `${String(product['name'])} has no property ${String(property['name'])}: its family does not.`,
      );
    }
    const fault = unfit(property, String(row['value']));
    if (fault !== undefined) wrong('value', fault);
  }),
];
