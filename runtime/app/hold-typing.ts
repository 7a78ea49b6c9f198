// Keys typed between a command that opens an input and the moment the input is there: they belong to it, and are lost nowhere.

/** Keeps printable keys from everything else. The function it returns ends that and gives what was typed, once. */
export function holdTyping(): () => string {
  let typed = '';
  const hold = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === 'Backspace') typed = typed.slice(0, -1);
    else if ([...event.key].length === 1) typed += event.key;
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener('keydown', hold, { capture: true });
  return () => {
    window.removeEventListener('keydown', hold, { capture: true });
    const held = typed;
    typed = '';
    return held;
  };
}
