// How a rule of the catalog looks at a row: as it will be, whether it is made or changed, with one way to refuse it.
import { defineHandler, type EventHandler, type HandlerContext, type Row } from 'peyvand/sdk';

export interface Checked extends HandlerContext {
  /** The row as it will be. */
  readonly row: Row;
  readonly isNew: boolean;
  wrong(target: string, message: string): void;
  /** The row that a lookup of `row` names. */
  named(entity: string, field: string): Promise<Row | undefined>;
}

/** Runs `check` before each create, and before each update of one of these fields. */
export function checked(
  entity: string,
  code: string,
  fields: readonly string[],
  check: (context: Checked) => Promise<void>,
): readonly EventHandler[] {
  const run = (context: HandlerContext): Promise<void> => {
    const { values, image, refuse, system } = context;
    const row: Row = { ...image, ...values };
    return check({
      ...context,
      row,
      isNew: image === undefined,
      wrong: (target, message) => refuse({ code, target, message }),
      async named(of, field) {
        const id = row[field];
        return typeof id === 'string' ? system.retrieve(of, id) : undefined;
      },
    });
  };
  return [
    defineHandler({ name: `${entity}-rules`, stage: 'before', message: 'create', entity, run }),
    defineHandler({
      name: `${entity}-new-rules`,
      stage: 'before',
      message: 'update',
      entity,
      changed: fields,
      image: true,
      run,
    }),
  ];
}

/** Is there something in the field? */
export function has(row: Row, field: string): boolean {
  const value = row[field];
  return value !== undefined && value !== null && value !== '';
}

/** First and last day, where both are there, in order. */
export function checkDays({ row, wrong }: Checked, first: string, last: string): void {
  if (has(row, first) && has(row, last) && String(row[last]) < String(row[first])) {
    wrong(last, `The last day (${String(row[last])}) is before the first (${String(row[first])}).`);
  }
}
