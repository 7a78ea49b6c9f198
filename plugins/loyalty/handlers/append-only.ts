// The ledger is only added to. Its fields are read-only to everybody; what is left, changing and deleting rows, is refused here, for
// administrators and other plugins, too.
import { defineHandler, type EventHandler } from 'peyvand/sdk';
import { fail } from '../errors.ts';

const WRITTEN_ONCE = ['loyaltytransaction', 'loyaltyposting', 'loyaltyconsumption', 'loyaltytierevaluation'];
/** What is left in them changes with the ledger; they never go. */
const KEPT = ['loyaltylot', 'loyaltyreservation', 'loyaltyadjustment', 'loyaltyvoucher', 'loyaltysuspicion'];

function refusing(message: 'update' | 'delete', entity: string): EventHandler {
  return defineHandler({
    name: `append-only-${message}-${entity}`,
    stage: 'validate',
    message,
    entity,
    run() {
      throw fail('LEDGER_APPEND_ONLY', { entity });
    },
  });
}

export const appendOnly: readonly EventHandler[] = [
  ...WRITTEN_ONCE.map((entity) => refusing('update', entity)),
  ...[...WRITTEN_ONCE, ...KEPT].map((entity) => refusing('delete', entity)),
];
