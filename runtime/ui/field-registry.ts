// The browser halves of field types, loaded when first shown. One registry per page, handed down with the workspace.
import type { FieldUi, FieldValue } from './field-ui.ts';

export type FieldLoaders = Readonly<Record<string, () => Promise<{ readonly default: unknown }>>>;

export interface FieldRegistry {
  /** Loads the types that are not there yet. A type without a browser half is shown as plain text. */
  load(types: Iterable<string>): Promise<void>;
  of(type: string): FieldUi;
  /** A type's own text: `field.<type>.<key>`. */
  text(language: string, key: string): string | undefined;
}

const plainText = (value: FieldValue): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'object'
      ? ((value as { name?: string }).name ?? JSON.stringify(value))
      : String(value);

/** What a type without a browser half gets: the formatted text, not editable. */
const plain: FieldUi = {
  type: '',
  inline: false,
  display: (value, field, context) => context.formatted(field.name) ?? plainText(value),
  text: (value, field, context) => context.formatted(field.name) ?? plainText(value),
  input: (request) => request.context.formatted(request.field.name) ?? plainText(request.value),
};

export function createFieldRegistry(loaders: FieldLoaders): FieldRegistry {
  const loaded = new Map<string, FieldUi>();
  const loading = new Map<string, Promise<void>>();

  const load = async (type: string): Promise<void> => {
    const loader = loaders[type];
    if (!loader) return;
    const ui = (await loader()).default as FieldUi;
    if (ui.styles !== undefined) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`@layer fields { ${ui.styles} }`);
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    }
    loaded.set(type, ui);
  };

  return {
    async load(types) {
      await Promise.all(
        [...new Set(types)].map((type) => {
          let running = loading.get(type);
          if (!running) {
            running = load(type);
            loading.set(type, running);
            running.catch(() => loading.delete(type));
          }
          return running;
        }),
      );
    },
    of: (type) => loaded.get(type) ?? plain,
    text(language, key) {
      const [, type = '', ...rest] = key.split('.');
      const strings = loaded.get(type)?.strings;
      const own = rest.join('.');
      return strings?.[language]?.[own] ?? strings?.['en']?.[own];
    },
  };
}
