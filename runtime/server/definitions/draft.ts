// The organization's own layer while a definition is being changed: its documents, what lies below them, the model they make
// so far, and everything wrong with what was sent.
import { suggest } from '../../../core/model/suggest.ts';
import { sameJson } from '../../../core/model/canonical.ts';
import { defaultLanguage } from '../../../core/model/labels.ts';
import type { Layer } from '../../../core/model/layer.ts';
import { mergeLayers } from '../../../core/model/merge.ts';
import type { Entity, Model } from '../../../core/model/model.ts';
import { overlayAddress } from '../../../core/model/overlay.ts';
import { readableEntities } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Json, JsonObject, Violation } from '../../../core/sdk/index.ts';
import type { Row } from './definition.ts';
import { languagesOf, type Texts } from './label.ts';
import { languageCode, languageOf } from './language-codes.ts';

export interface Draft {
  /** What the stored layer makes, before the change. */
  readonly model: Model;
  /** The entities that are there for the caller. */
  readonly readable: ReadonlyMap<string, Entity>;
  /** Of the organization's own layer, by id; changed in place. */
  readonly documents: Map<string, JsonObject>;
  /** The layers below, merged. */
  readonly below: ReadonlyMap<string, JsonObject>;
  readonly problems: Violation[];
  /** Rights that the change needs beside those of everybody who customizes. */
  readonly needs: Set<string>;
  /** What an overlay of the document names. */
  readonly addressOf: (document: string) => string | undefined;
}

export function openDraft(model: Model, principal: Principal, below: readonly Layer[], present: Layer): Draft {
  return {
    model,
    readable: new Map(readableEntities(principal, model).map((entity) => [entity.name, entity])),
    documents: new Map([...present.documents].map(([id, { body }]) => [id, body])),
    below: mergedBelow(below),
    problems: [],
    needs: new Set(),
    addressOf: (document) => overlayAddress(below, document),
  };
}

const merged = new WeakMap<readonly Layer[], ReadonlyMap<string, JsonObject>>();

function mergedBelow(layers: readonly Layer[]): ReadonlyMap<string, JsonObject> {
  let documents = merged.get(layers);
  if (!documents) merged.set(layers, (documents = mergeLayers(layers).documents));
  return documents;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectAt(document: JsonObject | undefined, name: string): JsonObject {
  const value = document && Object.hasOwn(document, name) ? document[name] : undefined;
  return isObject(value) ? value : {};
}

export function problem(draft: Draft, code: string, target: string, message: string): void {
  draft.problems.push({ code, target, message });
}

/** The organization's document or overlay, to be changed. */
export function ownDocument(draft: Draft, id: string): JsonObject {
  const own = draft.documents.get(id);
  if (own) return own;
  const overlays = draft.addressOf(id);
  return overlays === undefined ? {} : { overlays };
}

/** A document that came to say nothing is taken out. */
export function putDocument(draft: Draft, id: string, body: JsonObject): void {
  const says = Object.keys(body).filter((key) => key !== '$schema' && key !== 'overlays');
  if (says.length === 0) draft.documents.delete(id);
  else draft.documents.set(id, body);
}

/** Whether the organization defines it; else it only changes what is below. */
export function isOwn(draft: Draft, id: string): boolean {
  return !draft.below.has(id);
}

/** What has to be said over `below` to get `wanted`; undefined: nothing. A key that is missing stays as it is below. */
export function patchOf(below: JsonObject, wanted: JsonObject): JsonObject | undefined {
  const patch = Object.entries(wanted).flatMap(([key, value]): [string, Json][] => {
    const last = Object.hasOwn(below, key) ? below[key] : undefined;
    if (value === undefined || sameJson(last, value)) return [];
    if (!isObject(last) || !isObject(value)) return [[key, value]];
    const inner = patchOf(last, value);
    return inner ? [[key, inner]] : [];
  });
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}

/** `upper` over `lower`, key by key. */
export function joined(lower: JsonObject, upper: JsonObject): JsonObject {
  const both = Object.entries(upper).map(([key, value]): [string, Json | undefined] => {
    const last = Object.hasOwn(lower, key) ? lower[key] : undefined;
    return [key, isObject(last) && isObject(value) ? joined(last, value) : value];
  });
  return { ...lower, ...Object.fromEntries(both) };
}

// --- what is sent

/** A value in a message, whatever was sent: an object may well have a `toString` of its own. */
export function shown(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing')).slice(0, 100);
}

/** The text of a required property; noted where it is none. */
export function textAt(draft: Draft, sent: Row, name: string, target = name): string | undefined {
  const value = sent[name];
  if (typeof value === 'string' && value.trim() !== '') return value;
  problem(draft, 'DEFINITION_TEXT', target, `${name} is needed: a text.`);
  return undefined;
}

/** A value, also of a setting: `true` or `{Value: true}`. */
export function settingAt(sent: Row, name: string): unknown {
  const value = sent[name];
  return isObject(value) && Object.hasOwn(value, 'Value') ? value['Value'] : value;
}

export function flagAt(draft: Draft, sent: Row, name: string): boolean | undefined {
  const value = settingAt(sent, name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  problem(draft, 'DEFINITION_FLAG', name, `${name} is true or false.`);
  return undefined;
}

/** `new_Loyalty` → its logical name; noted where it has no prefix or unfit signs. */
export function schemaNameAt(
  draft: Draft,
  sent: Row,
  name = 'SchemaName',
  target = name,
): { readonly name: string; readonly spelled: JsonObject } | undefined {
  const given = textAt(draft, sent, name, target);
  if (given === undefined) return undefined;
  if (!/^[A-Za-z][A-Za-z0-9]*_[A-Za-z0-9_]+$/.test(given) || given.length > 50) {
    problem(
      draft,
      'DEFINITION_NAME',
      target,
      `"${given.slice(0, 60)}" cannot be a name: it begins with a publisher's prefix and _ (new_Loyalty), goes on with letters, digits and _, and has at most 50 characters.`,
    );
    return undefined;
  }
  const logical = given.toLowerCase();
  return { name: logical, spelled: logical === given ? {} : { schemaName: given } };
}

/** Names that nothing of the kind has are mistakes. `known` is empty where nobody can tell. */
export function refuseUnknown(draft: Draft, sent: Row, known: ReadonlySet<string>, target = ''): void {
  if (known.size === 0) return;
  for (const name of Object.keys(sent)) {
    if (name.includes('@') || known.has(name)) continue;
    problem(draft, 'DEFINITION_UNKNOWN_NAME', `${target}${name}`, `There is no ${name} here${suggest(name, known)}.`);
  }
}

const LONGEST_LABEL = 2000;

/** The texts of a label by language; undefined where none is sent. */
export function readLabel(draft: Draft, sent: unknown, target: string): Texts | undefined {
  if (sent === undefined || sent === null) return undefined;
  if (!isObject(sent)) {
    problem(
      draft,
      'DEFINITION_LABEL',
      target,
      'A label is {"LocalizedLabels": [{"Label": "…", "LanguageCode": 1033}]}.',
    );
    return undefined;
  }
  const { LocalizedLabels: list, UserLocalizedLabel: own } = sent;
  const labels: readonly unknown[] = Array.isArray(list) && list.length > 0 ? list : isObject(own) ? [own] : [];
  const languages = languagesOf(draft.model);
  const texts = new Map<string, string>();
  labels.forEach((label, index) => {
    const place = `${target}/LocalizedLabels/${index}`;
    const { Label: text, LanguageCode: code } = isObject(label) ? label : {};
    const language = typeof code === 'number' ? languageOf(code, languages) : undefined;
    if (typeof text !== 'string') problem(draft, 'DEFINITION_LABEL', place, 'Label is needed: a text.');
    else if (language === undefined) {
      const known = languages.map((tag) => `${languageCode(tag)} (${tag})`).join(', ');
      problem(draft, 'DEFINITION_LANGUAGE', place, `LanguageCode is one of the organization's languages: ${known}.`);
    } else if (text.length > LONGEST_LABEL) {
      problem(draft, 'DEFINITION_LABEL', place, `A label has at most ${LONGEST_LABEL} characters.`);
    } else if (text.trim() !== '') texts.set(language, text);
  });
  return texts.size === 0 ? undefined : texts;
}

/** What the document itself says: the text in its own language, else the first that was given. */
export function mainText(texts: Texts): string {
  return texts.get(defaultLanguage) ?? [...texts.values()][0] ?? '';
}

/** Keeps the other languages' texts of one label in the locale files. `merge`: languages that are not given stay. */
export function putTexts(draft: Draft, document: string, path: string, texts: Texts, merge: boolean): void {
  for (const language of languagesOf(draft.model)) {
    if (language === defaultLanguage) continue;
    const text = texts.get(language);
    if (text !== undefined) putText(draft, language, `${document}#${path}`, text);
    else if (!merge) putText(draft, language, `${document}#${path}`, undefined);
  }
}

function putText(draft: Draft, language: string, key: string, text: string | undefined): void {
  const id = `locales/${language}`;
  const own = draft.documents.get(id);
  if (!own && text === undefined) return;
  const { title, direction } = draft.model.documents.get(id) ?? {};
  const { [key]: _last, ...others } = objectAt(own, 'texts');
  const texts = text === undefined ? others : { ...others, [key]: text };
  if (Object.keys(texts).length === 0) draft.documents.delete(id);
  else draft.documents.set(id, { ...(own ?? { title, direction }), texts });
}

/** Takes the texts of what is gone out of the organization's locale files. */
export function dropTexts(draft: Draft, isGone: (key: string) => boolean): void {
  for (const [id, body] of draft.documents) {
    if (!id.startsWith('locales/')) continue;
    const kept = Object.entries(objectAt(body, 'texts')).filter(([key]) => !isGone(key));
    if (kept.length === 0) draft.documents.delete(id);
    else draft.documents.set(id, { ...body, texts: Object.fromEntries(kept) });
  }
}
