// $search → a small tree of words and phrases: `tehran AND ("head office" OR branch) NOT closed`. People type into it, so what the
// standard's grammar has no place for (a bracket or a quote alone, an OR at the end) is read as if it were not there, or as a word.
import { fail } from '../errors.ts';
import type { Literal } from '../literal.ts';

export type SearchNode =
  | { readonly kind: 'and' | 'or'; readonly of: readonly SearchNode[] }
  | { readonly kind: 'not'; readonly of: SearchNode }
  /** `anywhere`: three letters and more are found anywhere (there is an index for it), fewer at the start of a field only. */
  | { readonly kind: 'word'; readonly slot: number; readonly anywhere: boolean };

const mostWords = 10;
const mostDepth = 5;

/** One pass; brackets and quotes are tokens of their own. */
const pattern = /"([^"]*)"?|([()])|([^\s"()]+)/gu;

interface Piece {
  readonly text: string;
  readonly at: number;
  readonly kind: 'phrase' | 'word' | 'sign';
}

/** Adds the words to `literals`; undefined where the text holds none. */
export function lexSearch(
  text: string,
  literals: Literal[],
): { readonly tree: SearchNode | undefined; readonly shape: string } {
  const pieces = piecesOf(text);
  if (pieces.filter(({ kind }) => kind !== 'sign').length > mostWords * 3) throw tooMany();
  let index = 0;
  let words = 0;
  const isWord = (word: string): boolean => pieces[index]?.kind === 'word' && pieces[index]?.text === word;
  const startsOperand = (at: number): boolean => {
    const piece = pieces[at];
    return piece !== undefined && piece.text !== ')';
  };

  const readOr = (depth: number): SearchNode | undefined => {
    const of = [readAnd(depth)];
    while (isWord('OR') && startsOperand(index + 1)) {
      index += 1;
      of.push(readAnd(depth));
    }
    return join('or', of);
  };
  const readAnd = (depth: number): SearchNode | undefined => {
    const of = [readNot(depth)];
    while (startsOperand(index) && !(isWord('OR') && startsOperand(index + 1))) {
      // Words beside each other are all wanted.
      if (isWord('AND') && startsOperand(index + 1)) index += 1;
      of.push(readNot(depth));
    }
    return join('and', of);
  };
  const readNot = (depth: number): SearchNode | undefined => {
    if (isWord('NOT') && startsOperand(index + 1) && depth < mostDepth * 2) {
      index += 1;
      const of = readNot(depth + 1);
      return of && { kind: 'not', of };
    }
    return readPart(depth);
  };
  const readPart = (depth: number): SearchNode | undefined => {
    const piece = pieces[index];
    index += 1;
    if (!piece) return undefined;
    if (piece.kind === 'sign') {
      if (piece.text !== '(' || depth >= mostDepth) return undefined;
      const inner = readOr(depth + 1);
      if (pieces[index]?.text === ')') index += 1;
      return inner;
    }
    words += 1;
    if (words > mostWords) throw tooMany();
    literals.push({ kind: 'string', value: piece.text, item: undefined, option: '$search', at: piece.at });
    return { kind: 'word', slot: literals.length - 1, anywhere: [...piece.text].length >= 3 };
  };

  const all: (SearchNode | undefined)[] = [];
  while (index < pieces.length) {
    all.push(readOr(0));
    // A closing bracket alone.
    if (pieces[index]?.text === ')') index += 1;
  }
  const tree = join('and', all);
  return { tree, shape: tree ? shapeOf(tree) : '' };
}

function tooMany() {
  return fail('QUERY_TOO_LARGE', { what: 'words in $search', limit: mostWords });
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const match of text.replaceAll('\0', ' ').matchAll(pattern)) {
    const at = match.index;
    const phrase = match[1]?.trim();
    if (phrase !== undefined) {
      if (phrase !== '') pieces.push({ text: phrase, at, kind: 'phrase' });
    } else pieces.push({ text: match[0], at, kind: match[2] === undefined ? 'word' : 'sign' });
  }
  return pieces;
}

function join(kind: 'and' | 'or', parts: readonly (SearchNode | undefined)[]): SearchNode | undefined {
  const of = parts.filter((part) => part !== undefined);
  return of.length > 1 ? { kind, of } : of[0];
}

function shapeOf(node: SearchNode): string {
  if (node.kind === 'word') return node.anywhere ? 'a' : 's';
  if (node.kind === 'not') return `!${shapeOf(node.of)}`;
  return `(${node.of.map(shapeOf).join(node.kind === 'and' ? '&' : '|')})`;
}
