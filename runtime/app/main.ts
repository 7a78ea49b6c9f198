// The app's entry: styles, fonts, and the element that is the app; tooltips once it is there.
import '../ui/styles/fonts.css';
import '../ui/styles/index.css';
import './app.css';
import './app.ts';

void import('../ui/dialog/tooltip.ts').then(({ installTooltips }) => installTooltips());
