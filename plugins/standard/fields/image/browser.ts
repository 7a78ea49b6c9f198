// Pictures in the browser: seen where they stand.
import { html, nothing } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { fileName, fileStrings, fileStyles, loadFileInput } from '../../browser/file-field.ts';
import { numberOption } from '../../browser/number-field.ts';

const DEFAULT_SIZE = 10 * 1024 * 1024;
const TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp', 'image/tiff'];

export default defineFieldUi({
  type: 'image',
  width: 90,
  always: true,
  inline: false,
  styles: `${fileStyles}
  .x-picture-small { inline-size: 1.5rem; block-size: 1.5rem; object-fit: cover; border-radius: 50%; }
  `,
  strings: fileStrings,
  display(value, field, context) {
    if (context.recordId === undefined) return nothing;
    const address = context.client.fileUrl(context.entity.set, context.recordId, field.name);
    return html`<img
      class="x-picture-small"
      src=${`${address}?v=${encodeURIComponent(String(value))}`}
      alt=${fileName(field, context)}
      loading="lazy"
    />`;
  },
  input(request) {
    loadFileInput();
    return html`<x-file-input
      picture
      .request=${request}
      .accept=${TYPES}
      .limit=${numberOption(request.field, 'maxSize', DEFAULT_SIZE)}
    ></x-file-input>`;
  },
  text: (value, field, context) => (value === null || value === undefined ? '' : fileName(field, context)),
});
