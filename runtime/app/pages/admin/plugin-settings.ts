// The form of a plugin's settings, made from the JSON Schema in its plugin.json. Secrets are never shown: they can be set anew.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { ClientError } from '../../../client/index.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { icon } from '../../../ui/icon.ts';
import { wordsOf, type AdminContext } from './context.ts';
import type { Property, Settings } from './plugins-api.ts';

export class PluginSettings extends LitElement {
  static override properties = {
    context: { attribute: false },
    settings: { attribute: false },
    save: { attribute: false },
    errors: { state: true },
  };
  declare context: AdminContext;
  declare settings: Settings;
  declare save: (values: Readonly<Record<string, unknown>>) => Promise<void>;
  declare errors: Readonly<Record<string, string>> | undefined;

  override createRenderRoot(): this {
    return this;
  }

  override render(): TemplateResult {
    const { t } = this.context;
    const properties = Object.entries(this.settings.schema?.properties ?? {});
    return html`<section class="x-admin-panel" aria-label=${t('plugin.settings')}>
      <header><h2 class="x-admin-h2">${t('plugin.settings')}</h2></header>
      <form class="x-admin-form" novalidate @submit=${(event: Event) => this.#submit(event)}>
        ${properties.map(([name, property]) => this.#field(name, property))}
        ${this.errors?.[''] ? html`<p class="x-field-error" role="alert">${icon('circle-alert')}<span>${this.errors['']}</span></p>` : nothing}
        <div><button type="submit" class="x-button x-button-primary">${t('common.save')}</button></div>
      </form>
    </section>`;
  }

  #field(name: string, property: Property): TemplateResult {
    const { t } = this.context;
    const id = `setting-${name}`;
    const error = this.errors?.[name];
    const title = property.title ?? name;
    const label = html`<label class="x-field-label" for=${id} dir="auto">${title}</label>`;
    return html`<div class="x-field">
      ${property.type === 'boolean' ? nothing : label} ${this.#control(name, property, id)}
      ${property.description === undefined ? nothing : html`<p class="x-hint" dir="auto">${property.description}</p>`}
      ${property.type === 'array' ? html`<p class="x-hint">${t('plugin.onePerLine')}</p>` : nothing}
      ${property.writeOnly ? html`<p class="x-hint">${t(this.#isSet(name) ? 'plugin.secret.set' : 'plugin.secret.none')}</p>` : nothing}
      ${error === undefined ? nothing : html`<p class="x-field-error" role="alert">${icon('circle-alert')}<span dir="auto">${error}</span></p>`}
    </div>`;
  }

  #isSet(name: string): boolean {
    return this.settings.secrets.some((one) => one.name === name && one.set);
  }

  #control(name: string, property: Property, id: string): TemplateResult {
    const value = this.settings.values[name];
    const invalid = this.errors?.[name] === undefined ? nothing : 'true';
    if (property.type === 'boolean') {
      return html`<label class="x-plugin-switch" dir="auto"
        ><input type="checkbox" id=${id} name=${name} .checked=${value === true} /><span
          >${property.title ?? name}</span
        ></label
      >`;
    }
    if (property.enum) {
      return html`<select class="x-input" id=${id} name=${name} aria-invalid=${invalid}>
        <option value=""></option>
        ${property.enum.map(
          (one) => html`<option value=${JSON.stringify(one)} ?selected=${one === value}>${String(one)}</option>`,
        )}
      </select>`;
    }
    if (property.type === 'array') {
      const text = Array.isArray(value) ? value.map(String).join('\n') : '';
      return html`<textarea
        class="x-input"
        id=${id}
        name=${name}
        rows="4"
        dir="auto"
        spellcheck="false"
        aria-invalid=${invalid}
        .value=${text}
      ></textarea>`;
    }
    const isNumber = property.type === 'number' || property.type === 'integer';
    const shown = property.writeOnly || value === undefined ? '' : String(value);
    return html`<input
      class="x-input"
      id=${id}
      name=${name}
      type=${property.writeOnly ? 'password' : 'text'}
      inputmode=${isNumber ? 'decimal' : nothing}
      autocomplete=${property.writeOnly ? 'new-password' : 'off'}
      dir=${isNumber ? 'ltr' : 'auto'}
      aria-invalid=${invalid}
      .value=${shown}
    />`;
  }

  /** What is no number is sent as it is: the server says what it wants. */
  #read(text: string, type: string | undefined): unknown {
    const number = type === 'number' || type === 'integer' ? Number(text) : Number.NaN;
    return Number.isNaN(number) ? text : number;
  }

  async #submit(event: Event): Promise<void> {
    event.preventDefault();
    const { t } = this.context;
    const form = event.target as HTMLFormElement;
    const values: Record<string, unknown> = {};
    const errors: Record<string, string> = {};
    for (const [name, property] of Object.entries(this.settings.schema?.properties ?? {})) {
      const input = form.elements.namedItem(name) as HTMLInputElement;
      const text = input.value;
      if (property.type === 'boolean') values[name] = input.checked;
      else if (text.trim() === '') continue;
      else if (property.enum) {
        try {
          values[name] = JSON.parse(text);
        } catch {
          errors[name] = t('plugin.notJson');
        }
      } else if (property.type === 'array') {
        const lines = text.split('\n').flatMap((line) => line.trim() || []);
        values[name] = lines.map((line) => this.#read(line, property.items?.type));
      } else {
        const value = (values[name] = this.#read(text, property.type));
        const { minimum = -Infinity, maximum = Infinity } = property;
        if (typeof value === 'number' && value < minimum) errors[name] = t('form.error.minimum', { limit: minimum });
        if (typeof value === 'number' && value > maximum) errors[name] = t('form.error.maximum', { limit: maximum });
      }
    }
    this.errors = errors;
    if (Object.keys(errors).length > 0) return;
    try {
      await this.save(values);
      for (const input of form.querySelectorAll<HTMLInputElement>('input[type=password]')) input.value = '';
      showToast(t('saved'));
    } catch (error) {
      const details = error instanceof ClientError ? error.details : [];
      this.errors =
        details.length > 0
          ? Object.fromEntries(details.map(({ target, message }) => [target ?? '', message]))
          : { '': wordsOf(error) };
    }
  }
}

customElements.define('x-plugin-settings', PluginSettings);
