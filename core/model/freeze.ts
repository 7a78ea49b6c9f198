// Freezes the plain data of a compiled model, once, at the boundary.

/** The same value, frozen all the way down. Maps and functions are left to their readonly types. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || value instanceof Map) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
