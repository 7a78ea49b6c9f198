// Puts text on the clipboard; where the page may not (plain http elsewhere than on this machine), by selecting it.

export async function copyText(text: string, beside: HTMLElement): Promise<boolean> {
  try {
    if (!('clipboard' in navigator)) throw new Error('not a secure context');
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'x-visually-hidden';
    // Inside a modal dialog nothing outside it can be selected.
    beside.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
