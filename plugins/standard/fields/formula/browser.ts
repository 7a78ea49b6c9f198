// What is worked out, shown as the type of its result.
import { resultField } from '../../browser/result-field.ts';

export default resultField('formula');
