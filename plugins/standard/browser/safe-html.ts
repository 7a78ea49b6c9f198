// Shows stored HTML without trusting it: the server has sanitized what came through it, and this drops the rest again
// for rows that came another way. Built as nodes, never as a string.

const TAGS = new Set([
  'P',
  'BR',
  'HR',
  'H1',
  'H2',
  'H3',
  'H4',
  'H5',
  'H6',
  'BLOCKQUOTE',
  'PRE',
  'CODE',
  'STRONG',
  'B',
  'EM',
  'I',
  'U',
  'S',
  'SUB',
  'SUP',
  'MARK',
  'UL',
  'OL',
  'LI',
  'A',
  'SPAN',
  'DIV',
  'TABLE',
  'THEAD',
  'TBODY',
  'TR',
  'TH',
  'TD',
]);
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT', 'IFRAME', 'OBJECT', 'TEXTAREA', 'TITLE']);
const ATTRIBUTES = new Set(['dir', 'lang', 'colspan', 'rowspan', 'start']);

/** The HTML's allowed nodes; unknown elements are replaced by what is in them. */
export function safeFragment(html: string): DocumentFragment {
  const source = new DOMParser().parseFromString(html, 'text/html');
  const target = document.createDocumentFragment();
  copyChildren(source.body, target, 0);
  return target;
}

/** What the HTML says without its form. */
export function textOf(html: string): string {
  const { body } = new DOMParser().parseFromString(
    html.replace(/<\/(p|h\d|li|blockquote|tr|div)>|<br\s*\/?>/gi, ' $&'),
    'text/html',
  );
  return (body.textContent ?? '').replace(/\s+/g, ' ').trim();
}

function copyChildren(from: Node, to: Node, depth: number): void {
  if (depth > 100) return;
  for (const child of from.childNodes) {
    if (child instanceof Text) to.appendChild(document.createTextNode(child.data));
    if (!(child instanceof Element) || DROPPED.has(child.tagName.toUpperCase())) continue;
    if (!TAGS.has(child.tagName)) {
      copyChildren(child, to, depth + 1);
      continue;
    }
    const copy = document.createElement(child.tagName);
    for (const { name, value } of child.attributes) if (ATTRIBUTES.has(name)) copy.setAttribute(name, value);
    const href = child.tagName === 'A' ? child.getAttribute('href') : null;
    if (href !== null && /^(https?:|mailto:|tel:)/i.test(href.trim())) {
      copy.setAttribute('href', href.trim());
      copy.setAttribute('target', '_blank');
      copy.setAttribute('rel', 'noopener noreferrer');
    }
    if (/^(P|H\d|LI|BLOCKQUOTE)$/.test(copy.tagName) && !copy.hasAttribute('dir')) copy.setAttribute('dir', 'auto');
    copyChildren(child, copy, depth + 1);
    to.appendChild(copy);
  }
}
