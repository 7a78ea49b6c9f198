// Files in the browser: a link to fetch it, a box to send one.
import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
import { fileName, fileStrings, fileStyles, loadFileInput } from '../../browser/file-field.ts';
import { numberOption } from '../../browser/number-field.ts';

const DEFAULT_SIZE = 32 * 1024 * 1024;

export default defineFieldUi({
  type: 'file',
  width: 180,
  always: true,
  inline: false,
  styles: fileStyles,
  strings: fileStrings,
  display(_value, field, context) {
    const name = fileName(field, context);
    return context.recordId === undefined
      ? html`<bdi>${name}</bdi>`
      : html`<a href=${context.client.fileUrl(context.entity.set, context.recordId, field.name)} download=${name}
          ><bdi>${name}</bdi></a
        >`;
  },
  input(request) {
    loadFileInput();
    const { accept } = request.field.options as { readonly accept?: readonly string[] };
    return html`<x-file-input
      .request=${request}
      .accept=${accept ?? []}
      .limit=${numberOption(request.field, 'maxSize', DEFAULT_SIZE)}
    ></x-file-input>`;
  },
  text: (value, field, context) => (value === null || value === undefined ? '' : fileName(field, context)),
});
