// The list of keyboard shortcuts, and the switch for those of a single key.
import { html } from 'lit';
import { openDialog } from '../ui/dialog/dialog.ts';
import type { Locale } from '../ui/locale/index.ts';
import { remember, singleKeys } from './preferences.ts';
import './shortcuts.css';

const groups: readonly (readonly [string, readonly (readonly [string, readonly string[]])[]])[] = [
  [
    'shortcut.everywhere',
    [
      ['shortcut.palette', ['Ctrl', 'K']],
      ['shortcut.palette', ['/']],
      ['shortcut.help', ['?']],
    ],
  ],
  [
    'shortcut.list',
    [
      ['shortcut.new', ['Alt', 'N']],
      ['shortcut.open', ['Ctrl', 'Enter']],
      ['shortcut.edit', ['F2']],
      ['shortcut.select', ['Space']],
      ['shortcut.range', ['Shift', '↓']],
      ['shortcut.all', ['Ctrl', 'A']],
      ['shortcut.copy', ['Ctrl', 'C']],
      ['shortcut.undo', ['Ctrl', 'Z']],
      ['shortcut.fill', ['Ctrl', 'D']],
      ['shortcut.columnMenu', ['Alt', '↓']],
    ],
  ],
  [
    'shortcut.form',
    [
      ['shortcut.save', ['Ctrl', 'S']],
      ['shortcut.saveClose', ['Ctrl', 'Enter']],
      ['shortcut.restore', ['Esc']],
      ['shortcut.siblings', ['Ctrl', '↑ ↓']],
      ['shortcut.pick', ['Alt', '↓']],
    ],
  ],
];

export async function openShortcuts(locale: Locale): Promise<void> {
  const { t } = locale;
  await openDialog({
    title: t('app.shortcuts'),
    wide: true,
    locale,
    body: () =>
      html`<div class="x-shortcuts">
          ${groups.map(
            ([title, shortcuts]) =>
              html`<section>
                <h3>${t(title)}</h3>
                <dl>
                  ${shortcuts.map(
                    ([label, keys]) =>
                      html`<div>
                        <dt>${t(label)}</dt>
                        <dd dir="ltr">${keys.map((key) => html`<kbd class="x-kbd">${key}</kbd> `)}</dd>
                      </div>`,
                  )}
                </dl>
              </section>`,
          )}
        </div>
        <label class="x-check">
          <input
            type="checkbox"
            .checked=${singleKeys()}
            @change=${(event: Event) => remember('single-keys', (event.target as HTMLInputElement).checked ? 'on' : 'off')}
          />
          ${t('shortcut.single')} <kbd class="x-kbd">/</kbd> <kbd class="x-kbd">?</kbd>
        </label>`,
  });
}
