// The app's entry: styles, fonts, tooltips, and the element that is the app.
import '../ui/styles/fonts.css';
import '../ui/styles/index.css';
import './app.css';
import { installTooltips } from '../ui/dialog/tooltip.ts';
import './app.ts';

installTooltips();
