// The error of work that must not succeed, and what it is about.
import { PeyvandError } from '../../core/sdk/index.ts';

/** Throws unless `work` ends in an error of the platform. */
export async function refused(work: Promise<unknown>): Promise<PeyvandError> {
  let answer: unknown;
  try {
    answer = await work;
  } catch (error) {
    if (error instanceof PeyvandError) return error;
    throw error;
  }
  throw new Error(`nothing was refused: ${JSON.stringify(answer)}`);
}

/** `field CODE` of every violation, sorted. */
export function targets(error: PeyvandError): readonly string[] {
  return error.details.map((one) => `${one.target} ${one.code}`).sort();
}
