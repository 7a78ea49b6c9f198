// The app's entry: styles and the element that is the app; fonts, tooltips and what shows menus once it is there.
import '../ui/styles/index.css';
import './app.css';
import './app.ts';

void import('../ui/dialog/tooltip.ts').then(({ installTooltips }) => installTooltips());
void import('../ui/dialog/menu-popup.ts');
// The page stands in the system's font until ours is there (font-display: swap).
void import('../ui/styles/fonts.css');
