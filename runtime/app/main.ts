// The app's entry: styles and the element that is the app; fonts, tooltips, what shows menus and what follows others' changes once it is there.
import '../ui/styles/index.css';
import './app.css';
import './app.ts';

void import('../ui/dialog/tooltip.ts').then(({ installTooltips }) => installTooltips());
void import('../ui/dialog/menu-popup.ts');
// The page stands in the system's font until ours is there (font-display: swap).
void import('../ui/styles/fonts.css');
// Nothing on the screen waits for it.
setTimeout(() => void import('./live/live.ts'), 1_000);
