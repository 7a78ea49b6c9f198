// The little Markdown of text tiles: headings, lists, bold, italic, links of the web and of the app. Nothing of it is HTML.
import { html, type TemplateResult } from 'lit';

/** Links lead to the app or to the web, nowhere else. */
const isSafe = (url: string): boolean => /^(https?:\/\/|\/(?!\/))/.test(url);

function inline(text: string): unknown[] {
  const parts: unknown[] = [];
  const mark = /\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
  let from = 0;
  for (const match of text.matchAll(mark)) {
    parts.push(text.slice(from, match.index));
    const [all, bold, italic, label, url] = match;
    if (bold !== undefined) parts.push(html`<strong>${bold}</strong>`);
    else if (italic !== undefined) parts.push(html`<em>${italic}</em>`);
    else if (url !== undefined && isSafe(url)) parts.push(html`<a href=${url} rel="noopener">${label}</a>`);
    else parts.push(label ?? all);
    from = match.index + all.length;
  }
  return [...parts, text.slice(from)];
}

export function markdown(text: string): readonly TemplateResult[] {
  return text.split(/\n{2,}/).map((block) => {
    const lines = block.split('\n');
    if (lines.every((line) => /^[-*] /.test(line)))
      return html`<ul>
        ${lines.map((line) => html`<li>${inline(line.slice(2))}</li>`)}
      </ul>`;
    const heading = /^#{1,3} (.*)$/.exec(block);
    if (heading) return html`<h3>${inline(heading[1] ?? '')}</h3>`;
    return html`<p dir="auto">${lines.map((line, index) => [index > 0 ? html`<br />` : '', ...inline(line)])}</p>`;
  });
}
