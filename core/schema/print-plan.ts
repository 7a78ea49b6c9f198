// A plan as people read it in a terminal: each step with its lock, rows and SQL.
import type { Plan } from './plan.ts';

const PHASES = {
  expand: 'Before the switch (the old model goes on)',
  switch: 'The switch (one short transaction with the new model)',
  contract: 'After the switch',
} as const;

export function printPlan(plan: Plan, options: { readonly sql?: boolean } = {}): string {
  if (plan.steps.length === 0) return 'Nothing to change: the tables are as the model wants them.';
  const lines: string[] = [];
  let phase: string | undefined;
  for (const [position, step] of plan.steps.entries()) {
    if (step.phase !== phase) {
      if (phase !== undefined) lines.push('');
      lines.push(`${PHASES[step.phase]}:`);
      phase = step.phase;
    }
    const rows = step.rows > 0 ? `, about ${step.rows.toLocaleString('en')} rows` : '';
    const how = { transaction: '', alone: ', concurrently', batches: ', in batches' }[step.run];
    lines.push(
      `${String(position + 1).padStart(4)}. ${step.summary}${step.losesData ? '  [takes data out of use]' : ''}`,
    );
    lines.push(`      lock: ${step.lock}${rows}${how}`);
    if (options.sql === false) continue;
    for (const statement of step.sql) lines.push(...statement.split('\n').map((line) => `      | ${line}`));
  }
  lines.push('', summaryOf(plan));
  return lines.join('\n');
}

function summaryOf(plan: Plan): string {
  const count = plan.steps.length;
  const losses = plan.steps.filter((step) => step.losesData).length;
  const steps = `${count} ${count === 1 ? 'step' : 'steps'}`;
  if (losses === 0) return `${steps}; no data is taken out of use.`;
  return `${steps}; ${losses} of them ${losses === 1 ? 'takes' : 'take'} data out of use (it waits in the recycle bin).`;
}
