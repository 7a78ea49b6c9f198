// Customers in the browser: accounts and contacts in one box.
import { referenceUi } from '../../browser/reference-ui.ts';

export default referenceUi('customer');
