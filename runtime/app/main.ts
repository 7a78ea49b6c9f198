// The app's entry: styles and the element that is the app; fonts and tooltips once it is there.
import '../ui/styles/index.css';
import './app.css';
import './app.ts';

void import('../ui/dialog/tooltip.ts').then(({ installTooltips }) => installTooltips());
// The page stands in the system's font until ours is there (font-display: swap).
void import('../ui/styles/fonts.css');
