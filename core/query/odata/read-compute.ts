// $compute and the compute(…) of $apply: `crew mul 2 as double,Peyvand.Month(built) as month` → names for values.
import type { Computed } from './operands.ts';
import type { ReadScope } from './read-expand.ts';
import { readValue } from './read-filter.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

/** The names of the scope and those given here; each may be used by what follows. */
export function readCompute(reader: TokenReader, scope: ReadScope): ReadonlyMap<string, Computed> {
  const computed = new Map(scope.computed);
  do {
    const value = readValue(reader, { ...scope, computed });
    reader.expect('as');
    const name = reader.name('a name for the value');
    if (scope.entity.wire.has(name.text) || scope.entity.navigation.has(name.text) || computed.has(name.text)) {
      reader.note('QUERY_SYNTAX', `${name.text} is the name of something else already`, name);
    }
    // Where the value is wrong its name is known all the same, so that not everything that follows is wrong too.
    computed.set(name.text, value ?? { term: { kind: 'constant', type: 'text', value: null }, type: 'text' });
    if (computed.size > limits.computed)
      reader.refuse(`more than ${limits.computed} computed values`, 'QUERY_TOO_LARGE', name);
  } while (reader.skip(','));
  return computed;
}
