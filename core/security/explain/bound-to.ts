// In one statement, the conditions of several people: the parameters of what `compile` makes are filled in for `principal`,
// whoever runs the statement.
import type { Statement } from '../../query/statement.ts';
import type { Principal } from '../principal.ts';

export function boundTo(statement: Statement, principal: Principal, compile: () => string): string {
  const { bindings } = statement;
  const before = bindings.length;
  const text = compile();
  for (let at = before; at < bindings.length; at += 1) {
    const binding = bindings[at];
    if (binding) bindings[at] = (run) => binding({ ...run, principal });
  }
  return text;
}
