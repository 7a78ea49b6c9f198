// The quiet sign that something is new: a tint that fades. Where motion is unwanted it stands for a moment and is gone.
export function mark(element: Element): void {
  const tint = 'var(--x-accent-soft-hover)';
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.animate(
    still
      ? [{ backgroundColor: tint }, { backgroundColor: tint }]
      : [{ backgroundColor: tint }, { backgroundColor: tint, offset: 0.4 }, {}],
    2_500,
  );
}
