// References to several entities in the browser.
import { referenceUi } from '../../browser/reference-ui.ts';

export default referenceUi('polymorphic');
