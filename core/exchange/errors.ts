// What exporting and importing refuse. Messages about cells say where (`B17`) and how to mend it; they are there in Persian too,
// because they are read by the people who filled the cells.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  EXPORT_INVALID: { status: 400, message: 'The export has {count} problem(s). {first}' },
  EXPORT_BUSY: { status: 503, message: 'Too many exports run at this moment. Try again soon, or ask for it as a job.' },
  IMPORT_INVALID: { status: 400, message: 'The import has {count} problem(s). {first}' },
  IMPORT_FILE: {
    status: 400,
    message: 'The file cannot be read: {reason}. Send an .xlsx or .csv file as it was exported.',
  },
  IMPORT_TOO_LARGE: {
    status: 413,
    message: 'The file is too large: {what}. Split it, or load it with `peyvand load`.',
  },
  IMPORT_NO_COLUMNS: {
    status: 400,
    message: 'No column of the file is one of {entity}. Keep the headings as they were exported.',
  },
  IMPORT_ENTITY: { status: 400, message: 'This file was exported from {found}, not from {entity}. Import it there.' },
  IMPORT_NOT_CHECKED: { status: 409, message: 'Job {id} is no finished check of a file. Check the file first.' },
  IMPORT_ROW: { status: 400, message: '{problems}' },
});

/** What is wrong with a cell or a row, in the two languages; `{name}` as in errors. */
const words = {
  unknownColumn: [
    '{cell}: there is no column “{text}” here, so it was left out.',
    '{cell}: ستونی به نام «{text}» نیست؛ کنار گذاشته شد.',
  ],
  twice: [
    '{cell}: this row is in the file twice; the first one counts.',
    '{cell}: این ردیف دو بار در پرونده است؛ اولی به شمار می‌آید.',
  ],
  gone: [
    '{cell}: this row is not there any more, or out of your reach.',
    '{cell}: این ردیف دیگر نیست، یا به آن دسترسی ندارید.',
  ],
  readOnly: ['{cell}: {field} cannot be changed here.', '{cell}: «{field}» را نمی‌شود اینجا تغییر داد.'],
  masked: [
    '{cell}: {field} is shown to you in part only, so it cannot be changed here.',
    '{cell}: «{field}» را فقط در بخشی می‌بینید؛ نمی‌شود اینجا تغییرش داد.',
  ],
  cut: [
    '{cell}: {field} was too long for a cell, so it cannot be changed here.',
    '{cell}: «{field}» برای یک خانه بلند بود؛ نمی‌شود اینجا تغییرش داد.',
  ],
  number: ['{cell}: “{text}” is not a number.', '{cell}: «{text}» عدد نیست.'],
  date: [
    '{cell}: “{text}” is not a date. Write one such as {example}.',
    '{cell}: «{text}» تاریخ نیست. چیزی مانند {example} بنویسید.',
  ],
  choice: ['{cell}: “{text}” is none of {options}.', '{cell}: «{text}» هیچ‌کدام از این‌ها نیست: {options}.'],
  lookupUnknown: [
    '{cell}: there is no {entity} called “{text}”, or you may not see it.',
    '{cell}: {entity} با نام «{text}» نیست، یا آن را نمی‌بینید.',
  ],
  lookupMany: [
    '{cell}: several of {entity} are called “{text}”. Give the id of the one that is meant.',
    '{cell}: چند {entity} با نام «{text}» هست. شناسهٔ آن را که می‌خواهید بنویسید.',
  ],
  json: ['{cell}: “{text}” is not JSON.', '{cell}: «{text}» JSON نیست.'],
  version: [
    '{cell}: the hidden columns of this row were changed, so it was left out.',
    '{cell}: ستون‌های پنهان این ردیف تغییر کرده‌اند؛ کنار گذاشته شد.',
  ],
  other: ['{cell}: {text}', '{cell}: {text}'],
} as const;

export type CellProblem = keyof typeof words;

export function tellCell(language: string, problem: CellProblem, parameters: Readonly<Record<string, string>>): string {
  const [english, persian] = words[problem];
  const text: string = language.split('-')[0] === 'fa' ? persian : english;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => parameters[name] ?? all);
}
