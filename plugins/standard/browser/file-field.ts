// What files and pictures have in common where they are shown; the box that sends one is loaded by the first form that has it.
import type { FieldContext, FieldMetadata } from 'peyvand/ui';

export const fileStrings = {
  en: {
    choose: 'Choose a file',
    replace: 'Replace',
    remove: 'Remove {name}',
    file: 'File',
    saveFirst: 'Save the record first; then a file can be added.',
    uploading: 'Uploading …',
    done: '{name} is stored.',
    tooLarge: 'The file has {size} MB; at most {limit} MB are allowed.',
    failed: 'The file could not be stored: {message}',
    removed: 'Removed when you save.',
  },
  fa: {
    choose: 'انتخاب فایل',
    replace: 'جایگزینی',
    remove: 'برداشتن {name}',
    file: 'فایل',
    saveFirst: 'اول رکورد را ذخیره کنید؛ سپس می‌توانید فایل بیفزایید.',
    uploading: 'در حال بارگذاری …',
    done: '{name} ذخیره شد.',
    tooLarge: 'حجم فایل {size} مگابایت است؛ حداکثر {limit} مگابایت مجاز است.',
    failed: 'فایل ذخیره نشد: {message}',
    removed: 'هنگام ذخیره برداشته می‌شود.',
  },
} as const;

/** The stored file's name, from the row's companion column where the row was read with it. */
export function fileName(field: FieldMetadata, context: FieldContext): string {
  const name = context.record[`${field.name}_name`];
  return typeof name === 'string'
    ? name
    : (context.formatted(field.name) ?? context.locale.t(`field.${field.type}.file`));
}

export function loadFileInput(): void {
  void import('./file-input.ts');
}

export const fileStyles = `
  x-file-input { display: block; }
  .x-file { display: flex; flex-wrap: wrap; align-items: center; gap: 0.375rem; min-block-size: 2rem; }
  .x-file-choose { position: relative; display: inline-flex; align-items: center; gap: 0.375rem; overflow: hidden; }
  .x-file-choose input { position: absolute; inset: 0; opacity: 0; inline-size: 100%; cursor: pointer; }
  .x-file-choose:focus-within { outline: 2px solid var(--x-focus); outline-offset: 1px; }
  .x-picture { inline-size: 4.5rem; block-size: 4.5rem; object-fit: cover; border-radius: 0.375rem; }
`;
