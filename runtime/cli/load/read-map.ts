// Reads and checks a map document: its JSON, its schema, and what it says against the model. All problems at once.
import { readFile } from 'node:fs/promises';
import type { Model } from '../../../core/model/model.ts';
import { parseJson } from '../../../core/model/parse-json.ts';
import { validateDocument } from '../../../core/model/validate-document.ts';
import { defineErrors, type Violation } from '../../../core/sdk/index.ts';
import type { ImportDocument } from '../../../metadata/schemas/import.gen.ts';
import { mapProblems } from './file-plan.ts';

const fail = defineErrors({
  LOAD_MAP_MISSING: { message: 'There is no map {file}.', status: 400 },
  LOAD_MAP_INVALID: { message: 'The map {file} cannot be used.', status: 400 },
});

/** Throws LOAD_MAP_MISSING, or LOAD_MAP_INVALID with every problem and its place in the file. */
export async function readMap(file: string, model: Model): Promise<ImportDocument> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw fail('LOAD_MAP_MISSING', { file }, { cause });
  });
  const { value, problems, position } = parseJson(text);
  const at = (pointer: string): string => {
    const place = position(pointer);
    return `${place ? `line ${place.line}, ` : ''}${pointer || '/'}`;
  };
  const violation = (target: string, message: string): Violation => ({ code: 'LOAD_MAP_INVALID', target, message });
  const refuse = (details: readonly Violation[]) => fail('LOAD_MAP_INVALID', { file }, { details });

  if (value === undefined || problems.length > 0) {
    throw refuse(problems.map(({ line, column, message }) => violation(`line ${line}, column ${column}`, message)));
  }
  const findings = validateDocument('import', value);
  if (findings.length > 0) throw refuse(findings.map(({ pointer, message }) => violation(at(pointer), message)));
  // The schema has just said so.
  const map = value as unknown as ImportDocument;
  const unfit = mapProblems(map, model);
  if (unfit.length > 0) throw refuse(unfit.map(({ pointer, message }) => violation(at(pointer), message)));
  return map;
}
