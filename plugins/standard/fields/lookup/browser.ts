// References to one entity in the browser.
import { referenceUi } from '../../browser/reference-ui.ts';

export default referenceUi('lookup');
