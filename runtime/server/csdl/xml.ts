// Writing XML: elements with attributes and children, escaped, nothing else.

// What XML 1.0 cannot hold at all (https://www.w3.org/TR/xml/#charsets) is left out.
// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(UNWRITABLE, '')
    .replace(/[<>&"\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Attributes that are undefined are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | boolean | undefined>>,
  ...children: readonly string[]
): string {
  let text = `<${name}`;
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined) text += ` ${key}="${escapeXml(String(value))}"`;
  const inner = children.join('');
  return inner === '' ? `${text}/>` : `${text}>${inner}</${name}>`;
}
