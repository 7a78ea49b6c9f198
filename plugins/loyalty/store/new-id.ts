// Ids of rows that name each other before they are stored: RFC 9562, version 7, so that they sort by age.

/** A maker of ids of the given moment. */
export function idsOf(now: string): () => string {
  const time = Date.parse(now).toString(16).padStart(12, '0').slice(-12);
  let pool = new Uint8Array(0);
  let used = 0;
  let count = 0;
  return () => {
    if (used + 8 > pool.length) {
      pool = crypto.getRandomValues(new Uint8Array(8 * 256));
      used = 0;
    }
    const bytes = pool.subarray(used, (used += 8));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    const order = (count++ & 0xfff).toString(16).padStart(3, '0');
    const variant = (8 + ((bytes[0] ?? 0) & 3)).toString(16);
    return `${time.slice(0, 8)}-${time.slice(8)}-7${order}-${variant}${hex.slice(1, 4)}-${hex.slice(4, 16)}`;
  };
}
