// A unit group has one primary unit, made along with it; every other unit is a number of a unit of the same group.
import { defineHandler } from 'peyvand/sdk';
import { checked, has } from './checked.ts';
import { listRows } from '../trade/rows.ts';

const primaryOf = (group: string): string =>
  `$select=uomid&$filter=_uomscheduleid_value eq ${group} and isschedulebaseuom eq true&$top=1`;

export const unitRules = [
  defineHandler({
    name: 'unit-group-primary',
    stage: 'after',
    message: 'create',
    entity: 'uomschedule',
    async run({ id, values, system }) {
      // Left open, the first unit of the group will be it.
      if (has(values, 'baseuomname'))
        await system.create('uom', { name: values['baseuomname'], uomscheduleid: id, quantity: 1 });
    },
  }),
  ...checked('uom', 'UNIT_INVALID', ['baseuom', 'quantity'], async (context) => {
    const { row, values, isNew, wrong, named, system, id } = context;
    const group = String(row['uomscheduleid']);
    if (isNew && !has(row, 'baseuom')) {
      const [primary] = await listRows(system, 'uom', primaryOf(group));
      if (primary) values['baseuom'] = primary['uomid'];
      else {
        Object.assign(values, { isschedulebaseuom: true, quantity: 1 });
        await system.update('uomschedule', group, { baseuomname: row['name'] });
      }
      return;
    }
    if (row['isschedulebaseuom'] === true) {
      if (has(row, 'baseuom')) wrong('baseuom', 'This is the primary unit of its group: it has no base unit.');
      if (Number(row['quantity']) !== 1) wrong('quantity', 'This is the primary unit of its group: its quantity is 1.');
      return;
    }
    if (!has(row, 'baseuom')) return wrong('baseuom', 'Say which unit of the group this one is a number of.');
    const base = await named('uom', 'baseuom');
    if (base?.['uomid'] === id) wrong('baseuom', 'A unit is no number of itself.');
    if (base && base['uomscheduleid'] !== group) wrong('baseuom', 'The base unit belongs to another unit group.');
  }),
];
