// The note that keeps what was said when a lead or a deal came to its end.
import type { NamedRow, Row } from 'peyvand/sdk';

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll('\n', '<br>');
}

/** Values of an annotation on the row; what is empty is left out. */
export function noteOf(about: NamedRow, subject: string, text: string): Row {
  return {
    ...(subject !== '' && { subject: subject.slice(0, 200) }),
    ...(text !== '' && { notetext: `<p>${escaped(text)}</p>` }),
    objectid: about,
  };
}
