// What an activity is about, in the browser.
import { referenceUi } from '../../browser/reference-ui.ts';

export default referenceUi('regarding');
