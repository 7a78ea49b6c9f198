// What the standard types share in telling EntityDefinitions of themselves and in reading what was sent there.
import type { DefinedAttribute, Json, JsonObject, JsonSchema } from 'peyvand/sdk';

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `FormatName: {Value: 'Email'}`, or the older `Format`. */
export function formatOf(facets: JsonObject): string | undefined {
  const { FormatName: name, Format: format } = facets;
  const value = isObject(name) ? name['Value'] : (name ?? format);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `DateTimeBehavior: {Value: 'DateOnly'}`. */
export function valueOf(facet: Json | undefined): Json | undefined {
  return isObject(facet) ? facet['Value'] : facet;
}

/** Sent numbers under the names that a property has them by; others are left to the check of the definition. */
export function renamed(facets: JsonObject, names: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, facet]): [string, Json][] => {
      const value = facets[facet];
      return value === undefined || value === null ? [] : [[name, value]];
    }),
  );
}

/** A bound that says no more than the type itself is left out. */
export function range(facets: JsonObject, limits: { readonly minimum: string; readonly maximum: string }): JsonObject {
  const { minimum, maximum } = renamed(facets, { minimum: 'MinValue', maximum: 'MaxValue' });
  return {
    ...(minimum !== undefined && Number(minimum) !== Number(limits.minimum) && { minimum }),
    ...(maximum !== undefined && Number(maximum) !== Number(limits.maximum) && { maximum }),
  };
}

export function rangeFacets(
  schema: JsonSchema,
  limits: { readonly minimum: string; readonly maximum: string },
): JsonObject {
  return {
    MinValue: schema['minimum'] ?? Number(limits.minimum),
    MaxValue: schema['maximum'] ?? Number(limits.maximum),
  };
}

export function unknownFormat(found: string, known: readonly string[]): DefinedAttribute {
  return { target: 'FormatName', problem: `The format ${found} is not offered; there are ${known.join(', ')}.` };
}

/** `MaxSizeInKB` of bytes, and back. */
export const kilobytes = (bytes: number): number => Math.floor(bytes / 1024);

export function sizeOf(facets: JsonObject): JsonObject {
  const size = facets['MaxSizeInKB'];
  return typeof size === 'number' ? { maxSize: size * 1024 } : {};
}
