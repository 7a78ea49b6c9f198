// Owners in the browser: users and teams in one box.
import { referenceUi } from '../../browser/reference-ui.ts';

export default referenceUi('owner');
