// An item of a form that a control of a plugin draws: handed the record as it stands in the form.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { FormItem } from '../../../metadata/effective.ts';
import type { RecordDraft } from '../form/record-draft.ts';
import type { Workspace } from '../workspace.ts';
import './contribution-frame.ts';

export class PluginControl extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    draft: { attribute: false },
    item: { attribute: false },
    recordId: { attribute: false },
    heading: { attribute: false },
  };

  declare workspace: Workspace;
  declare draft: RecordDraft;
  declare item: FormItem;
  declare recordId: string | undefined;
  /** Shown above it; the section's title where the control stands alone in it. */
  declare heading: string | undefined;
  #stop: (() => void) | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stop = undefined;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('draft') && this.#stop) return;
    this.#stop?.();
    this.#stop = this.draft.listen(() => this.requestUpdate());
  }

  override render(): TemplateResult | typeof nothing {
    const { workspace, draft, item, recordId, heading } = this;
    const control = workspace.app.controls[item.control ?? ''];
    if (!control) return nothing;
    const title = heading ?? item.title ?? control.title;
    return html`<section class="x-plugin-control" aria-label=${title}>
      ${heading === undefined && item.title === undefined ? nothing : html`<h2 class="x-section-title">${title}</h2>`}
      <x-contribution
        .workspace=${workspace}
        .plugin=${control.plugin}
        .module=${control.module}
        .label=${title}
        .stamp=${`${recordId ?? ''} ${draft.etag}`}
        .given=${{
          entity: draft.entity.name,
          id: recordId,
          record: draft.values,
          options: item.options ?? {},
          dirty: draft.dirty,
          refresh: async () => {
            this.dispatchEvent(new CustomEvent('x-record-changed', { bubbles: true, detail: { id: recordId } }));
          },
        }}
      ></x-contribution>
    </section>`;
  }
}

customElements.define('x-plugin-control', PluginControl);
