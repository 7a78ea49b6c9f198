// FetchXML as text → a tree of elements with their places. Strict: no document types, no entities but XML's own five, no
// namespaces, and nothing that grows without bounds.
import { SaxesParser } from 'saxes';
import type { Problems } from '../odata/token-reader.ts';

export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
  /** Text directly inside, without what surrounds it. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const bounds = { characters: 65_536, depth: 40, elements: 4000 } as const;

/** Notes a problem at an element. */
export function noteAt(problems: Problems, code: string, message: string, { line, column }: Place): void {
  problems.add(code, 'fetchXml', `${message} (line ${line}, column ${column} of fetchXml)`);
}

export type Place = Pick<Element, 'line' | 'column'>;

interface Open {
  readonly name: string;
  readonly attributes: Map<string, string>;
  readonly children: Element[];
  text: string;
  readonly line: number;
  readonly column: number;
}

/** The root element, or undefined where the text is no such XML; what is wrong stands in `problems`. */
export function parseXml(text: string, problems: Problems): Element | undefined {
  if (text.length > bounds.characters) {
    problems.add('QUERY_TOO_LARGE', 'fetchXml', `fetchXml has more than ${bounds.characters} characters`);
    return undefined;
  }
  const parser = new SaxesParser();
  const placeOf = placesIn(text);
  const open: Open[] = [];
  let root: Element | undefined;
  let count = 0;
  const stop = (
    code: string,
    message: string,
    place: Place = { line: parser.line, column: parser.columnIndex + 1 },
  ) => {
    noteAt(problems, code, message, place);
    throw new Broken(message);
  };
  parser.on('error', (error) => {
    stop('QUERY_SYNTAX', error.message.replace(/^(?:undefined:)?\d+:\d+: /, ''));
  });
  parser.on('doctype', () => stop('QUERY_SYNTAX', 'fetchXml has no document type'));
  parser.on('processinginstruction', () => stop('QUERY_SYNTAX', 'fetchXml has no processing instructions'));
  parser.on('opentagstart', ({ name }) => {
    // The parser stands behind the sign that ended the name.
    const place = placeOf(parser.position - name.length - 2);
    count += 1;
    if (count > bounds.elements) stop('QUERY_TOO_LARGE', `more than ${bounds.elements} elements`, place);
    if (open.length >= bounds.depth) stop('QUERY_TOO_DEEP', `elements nested more than ${bounds.depth} deep`, place);
    open.push({ name, attributes: new Map(), children: [], text: '', ...place });
  });
  parser.on('attribute', ({ name, value }) => void open.at(-1)?.attributes.set(name, value));
  const take = (more: string): void => {
    const inside = open.at(-1);
    if (inside) inside.text += more;
  };
  parser.on('text', take);
  parser.on('cdata', take);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (!closed) return;
    const element: Element = { ...closed, text: closed.text.trim() };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  });
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof Broken) return undefined;
    throw error;
  }
  return root;
}

/** Line and column of places in a text, asked for in its order. */
function placesIn(text: string): (offset: number) => Place {
  let line = 1;
  let start = 0;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next >= 0 && next < offset) {
      line += 1;
      start = next + 1;
      next = text.indexOf('\n', start);
    }
    return { line, column: offset - start + 1 };
  };
}

/** The rest of the text cannot be understood; the problem is already noted. */
class Broken extends Error {}
