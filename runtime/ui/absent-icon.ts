// An icon that the page's sprite lacks, because only an organization or a plugin elsewhere names it: a box stands in its
// place until lucide's drawing is there, and for good where lucide has none of that name.
export async function provideIcon(name: string): Promise<void> {
  const box = document.getElementById('i-box');
  if (!box) return;
  const symbol = box.cloneNode(true) as Element;
  symbol.id = `i-${name}`;
  box.after(symbol);
  const answer = await fetch(`/icons/${encodeURIComponent(name)}.svg`);
  if (!answer.ok || !answer.headers.get('content-type')?.startsWith('image/svg')) return;
  const drawn = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement;
  if (drawn.localName === 'svg') symbol.replaceChildren(...drawn.children);
}
