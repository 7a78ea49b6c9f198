// A JSON value that is an object.

export type JsonMembers = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
