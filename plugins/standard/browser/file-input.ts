// The box of a file or picture: choose or drop one, see and fetch it, take it away. Bytes go to the file's own address at
// once, since they are no part of the row; taking away is a change of the form like any other.
import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { icon } from 'peyvand/ui';
import type { InputRequest } from 'peyvand/ui';
import { fileName, type fileStrings } from './file-field.ts';

const MEGABYTE = 1024 * 1024;

export class FileInput extends LitElement {
  static override properties = {
    request: { attribute: false },
    accept: { attribute: false },
    limit: { attribute: false },
    picture: { type: Boolean },
    busy: { state: true },
    stored: { state: true },
  };

  declare request: InputRequest;
  /** Accepted media types; empty = any. */
  declare accept: readonly string[];
  /** In bytes. */
  declare limit: number;
  declare picture: boolean;
  declare private busy: boolean;
  /** What was uploaded since the row was read; `stamp` makes the picture's address new. */
  declare private stored: { readonly name: string; readonly stamp: number } | undefined;

  constructor() {
    super();
    this.accept = [];
    this.limit = Number.POSITIVE_INFINITY;
    this.picture = false;
    this.busy = false;
  }

  override createRenderRoot(): HTMLElement {
    return this;
  }

  private t(key: keyof typeof fileStrings.en, parameters?: Readonly<Record<string, string>>): string {
    return this.request.context.locale.t(`field.${this.request.field.type}.${key}`, parameters);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('request');
    // The row was read anew, or the removal was made: what we knew is no longer news.
    if (before && before.value !== this.request.value) this.stored = undefined;
  }

  private async send(file: File): Promise<void> {
    const { context, field } = this.request;
    const { recordId, entity, locale } = context;
    if (recordId === undefined || this.request.readOnly) return;
    if (file.size > this.limit) {
      const size = locale.number(Math.ceil((file.size / MEGABYTE) * 10) / 10);
      const limit = locale.number(Math.floor((this.limit / MEGABYTE) * 10) / 10);
      this.request.onInvalid(this.t('tooLarge', { size, limit }));
      return;
    }
    this.busy = true;
    try {
      await context.client.upload(entity.set, recordId, field.name, file, file.name);
      this.request.onInvalid(undefined);
      this.stored = { name: file.name, stamp: Date.now() };
      // The upload gave the row a new version: whoever shows the row reads it again.
      this.dispatchEvent(
        new CustomEvent('x-record-changed', { bubbles: true, composed: true, detail: { id: recordId } }),
      );
    } catch (error) {
      this.request.onInvalid(this.t('failed', { message: error instanceof Error ? error.message : String(error) }));
    }
    this.busy = false;
  }

  private onChange(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (file) void this.send(file);
    input.value = '';
  }

  private onDrop(event: DragEvent): void {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) void this.send(file);
  }

  private takeAway(): void {
    this.stored = undefined;
    this.request.onInvalid(undefined);
    this.request.onChange(null);
  }

  override render(): TemplateResult {
    const { request, stored } = this;
    const { context, field } = request;
    const { recordId, entity, client } = context;
    const present = stored !== undefined || (request.value !== null && request.value !== undefined);
    const name = stored?.name ?? fileName(field, context);
    const address = recordId === undefined ? undefined : client.fileUrl(entity.set, recordId, field.name);
    const fresh = address && `${address}?v=${stored?.stamp ?? encodeURIComponent(String(request.value))}`;
    const note =
      recordId === undefined
        ? this.t('saveFirst')
        : this.busy
          ? this.t('uploading')
          : stored
            ? this.t('done', { name })
            : '';
    return html`<span class="x-file" @dragover=${(event: Event) => event.preventDefault()} @drop=${this.onDrop}>
      ${present && fresh && this.picture ? html`<img class="x-picture" src=${fresh} alt=${name} />` : nothing}
      ${present && fresh ? html`<a href=${fresh} download=${name}><bdi>${name}</bdi></a>` : nothing}
      ${
        request.readOnly
          ? nothing
          : html`<span class="x-file-choose x-button x-button-quiet">
              <input
                type="file"
                id=${request.id}
                accept=${ifDefined(this.accept.length > 0 ? this.accept.join(',') : undefined)}
                aria-label=${`${request.label ?? field.title}: ${this.t(present ? 'replace' : 'choose')}`}
                aria-describedby=${`${request.id}-note ${request.describedBy}`.trim()}
                aria-invalid=${request.invalid ? 'true' : 'false'}
                ?disabled=${recordId === undefined || this.busy}
                @change=${this.onChange}
              />
              ${icon('upload')} <span aria-hidden="true">${this.t(present ? 'replace' : 'choose')}</span>
            </span>`
      }
      ${
        present && !request.readOnly
          ? html`<button
              type="button"
              class="x-button x-button-quiet x-button-icon"
              aria-label=${this.t('remove', { name })}
              @click=${this.takeAway}
            >
              ${icon('x')}
            </button>`
          : nothing
      }
      <span class="x-hint" role="status" id=${`${request.id}-note`}>${note}</span>
    </span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'x-file-input': FileInput;
  }
}

if (!customElements.get('x-file-input')) customElements.define('x-file-input', FileInput);
