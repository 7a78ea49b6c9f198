// Settings of plugins: checked by the JSON Schema in plugin.json, with its defaults where nothing was set. Secrets
// (`writeOnly`) are stored sealed, by a key made of the server's secret, and never shown again.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { boundedPattern } from '../model/bounded-pattern.ts';
import { isObject, own } from '../model/pointer.ts';
import type { Json, JsonObject, Violation } from '../sdk/index.ts';
import { pluginError } from './errors.ts';

export type SettingsKey = Uint8Array;

const SEALED = '$sealed';

/** Of the secret that the server keeps; undefined: secrets can be neither stored nor read. */
export function settingsKey(secret: string): SettingsKey {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'settings of plugins', 32));
}

/** Names of the settings that are secrets. */
export function secretSettings(schema: JsonObject | undefined): readonly string[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, property]) =>
    isObject(property) && property['writeOnly'] === true ? [name] : [],
  );
}

/** What handlers see: what was set, and defaults. A secret that cannot be opened is as if it were not set. */
export function readSettings(
  schema: JsonObject | undefined,
  stored: JsonObject,
  key: SettingsKey | undefined,
): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const said = own(stored, name);
    const value = isObject(said) && SEALED in said ? open(said, key) : said;
    const used = value ?? (isObject(property) ? property['default'] : undefined);
    if (used !== undefined) values[name] = used;
  }
  return Object.freeze(values);
}

/** For people: without secrets; `set` names those that are there. */
export function shownSettings(
  schema: JsonObject | undefined,
  stored: JsonObject,
): { readonly values: JsonObject; readonly set: readonly string[] } {
  const secrets = secretSettings(schema);
  return {
    values: Object.fromEntries(
      Object.entries(readSettings(schema, stored, undefined)).filter(([name]) => !secrets.includes(name)),
    ) as JsonObject,
    set: secrets.filter((name) => own(stored, name) !== undefined),
  };
}

/**
 * What to store for these values: a secret that is left out stays, one that is null goes.
 * @throws SETTINGS_INVALID with every mistake
 */
export function nextSettings(
  plugin: string,
  schema: JsonObject | undefined,
  stored: JsonObject,
  given: JsonObject,
  key: SettingsKey | undefined,
): JsonObject {
  const secrets = secretSettings(schema);
  const kept = Object.fromEntries(
    secrets.flatMap((name): [string, Json][] => {
      const before = own(stored, name);
      return before === undefined || own(given, name) !== undefined ? [] : [[name, before]];
    }),
  );
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
  const whole = { ...readSettings(schema, { ...kept, ...said }, key) } as JsonObject;
  // What has no property in the schema is looked at as it was sent.
  const details = violations(schema, { ...said, ...whole });
  if (key === undefined && secrets.some((name) => own(said, name) !== undefined))
    details.push({
      code: 'SETTING_INVALID',
      target: secrets[0] ?? '',
      message: 'This process has no key to seal secrets with.',
    });
  if (details.length > 0) {
    const count = details.length === 1 ? 'a mistake' : `${details.length} mistakes`;
    throw pluginError('SETTINGS_INVALID', { plugin, count }, { details });
  }
  const sealed = Object.entries(said).map(([name, value]): [string, Json] => [
    name,
    secrets.includes(name) && key ? seal(value ?? null, key) : (value ?? null),
  ]);
  return { ...kept, ...Object.fromEntries(sealed) };
}

function violations(schema: JsonObject | undefined, values: JsonObject): Violation[] {
  const known = Object.keys(propertiesOf(schema));
  const unknown = Object.keys(values).flatMap((name): Violation[] =>
    known.includes(name)
      ? []
      : [
          {
            code: 'SETTING_UNKNOWN',
            target: name,
            message: `There is no setting ${name}; there are ${known.join(', ') || 'none'}.`,
          },
        ],
  );
  if (!schema) return unknown;
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    validateFormats: false,
    ownProperties: true,
    code: { regExp: boundedPattern },
  });
  const check = ajv.compile(schema);
  if (check(values)) return unknown;
  return [...unknown, ...(check.errors ?? []).map(violationOf)];
}

function violationOf({ instancePath, keyword, params, message = 'is wrong' }: ErrorObject): Violation {
  const missing: unknown = keyword === 'required' ? params['missingProperty'] : undefined;
  const target = missing === undefined ? instancePath.slice(1) : String(missing);
  return {
    code: 'SETTING_INVALID',
    target,
    message: missing === undefined ? `${target}: ${message}.` : `${target} must be set.`,
  };
}

function propertiesOf(schema: JsonObject | undefined): JsonObject {
  const properties = schema?.['properties'];
  return isObject(properties) ? properties : {};
}

function seal(value: Json, key: SettingsKey): JsonObject {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return { [SEALED]: Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64') };
}

function open(sealed: JsonObject, key: SettingsKey | undefined): unknown {
  if (!key) return undefined;
  const bytes = Buffer.from(String(sealed[SEALED]), 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return JSON.parse(
      Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'),
    ) as unknown;
  } catch {
    // Sealed with another secret.
    return undefined;
  }
}
