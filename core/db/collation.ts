// The one order of texts (README.md of core/query says why one): the Persian one of CLDR, which for Latin letters is English's.
// Lists sort by it, their pages go on by it, and indexes are made in it.
import { literal, qualified } from './identifier.ts';

/** A change of the order needs a new name: the indexes of the old one stand in that. */
export const ORDER = '_order_1';

/** In JavaScript the same order is that of `new Intl.Collator(orderLocale)`. */
export const orderLocale = 'fa';

/** `t0."name" collate "org_default"."_order_1"` */
export function orderedSql(schema: string, value: string): string {
  return `${value} collate ${qualified(schema, ORDER)}`;
}

/** DDL of the collation. A Postgres built without ICU orders texts by their code points. */
export function orderCollation(schema: string): string {
  const name = qualified(schema, ORDER);
  const made = `create collation if not exists ${name} (provider = icu, locale = ${literal(orderLocale)})`;
  return `
do ${literal(`begin
  ${made};
exception when feature_not_supported or invalid_parameter_value or undefined_object then
  create collation if not exists ${name} from pg_catalog."C";
end`)};`;
}
