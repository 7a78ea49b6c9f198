// Translations: every label of the plugin's documents in every language it has, texts of browser halves in the same languages,
// and icons that exist.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layer } from '../../../core/model/layer.ts';
import { locate } from '../../../core/model/locate.ts';
import { isArray, isObject, memberIds } from '../../../core/model/pointer.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { Json } from '../../../core/sdk/index.ts';
import { ROOT } from '../bundle.ts';
import type { Finding } from './finding.ts';
import type { Source } from './sources.ts';

const LABELS: ReadonlySet<string> = new Set(['title', 'description', 'plural', 'yes', 'no']);

interface Label {
  /** `account/entity#plural`, as locale files name it. */
  readonly key: string;
  readonly document: string;
  /** By position. */
  readonly pointer: string;
}

/** Every label for people in a document. */
function labelsIn(document: string, body: Json): readonly Label[] {
  const found: Label[] = [];
  const isCard = document === 'plugin' && isObject(body);
  const said = isCard ? `plugin.${String(body['id'])}` : document;
  const visit = (node: Json | undefined, name: string, path: readonly string[], pointer: string): void => {
    if (isArray(node)) {
      const ids = memberIds(name, node);
      node.forEach((member, index) => {
        // A kind of views is known by it.
        const id = ids?.[index] ?? (isCard && isObject(member) ? member['kind'] : undefined);
        if (id !== undefined) visit(member, name, [...path, String(id)], `${pointer}/${index}`);
      });
      return;
    }
    if (!isObject(node)) return;
    for (const [key, value] of Object.entries(node)) {
      // The schema of a control's or a view's options is for whoever writes documents.
      if (isCard && key === 'options') continue;
      // Keywords, not places: what they hold is addressed through what they stand on.
      const isKeyword = key === 'entity' || key === 'field' || (isCard && key === 'contributes');
      const next = isKeyword ? path : [...path, key];
      if ((LABELS.has(key) || (isCard && key === 'confirm')) && typeof value === 'string')
        found.push({ key: `${said}#${next.join('/')}`, document, pointer: `${pointer}/${key}` });
      else visit(value, key, next, `${pointer}/${key}`);
    }
  };
  visit(body, '', [], '');
  return found;
}

export function checkTexts(folder: string, layer: Layer, sources: readonly Source[]): readonly Finding[] {
  const findings: Finding[] = [];
  const languages = [...layer.documents].filter(([id]) => id.startsWith('locales/'));
  if (languages.length === 0)
    findings.push({
      file: 'locales/fa.json',
      severity: 'note',
      message: 'there are no translations: `locales/fa.json` would make it Persian',
    });
  for (const [locale, { body: texts }] of languages) {
    const known = isObject(texts['texts']) ? texts['texts'] : {};
    for (const [id, { body, text }] of layer.documents) {
      if (id.startsWith('locales/')) continue;
      for (const { key, pointer } of labelsIn(id, body)) {
        if (typeof known[key] === 'string' && known[key] !== '') continue;
        const file = `${id}.json`;
        const { line, column } = locate({ code: '', file, pointer, message: '' }, text);
        findings.push({
          file,
          ...(line !== undefined && { line }),
          ...(column !== undefined && { column }),
          severity: 'error',
          message: `this label is not translated: add "${key}" to ${locale}.json`,
        });
      }
    }
  }
  findings.push(
    ...checkStrings(
      folder,
      sources,
      languages.map(([id]) => id.slice('locales/'.length)),
    ),
  );
  findings.push(...checkIcons(layer, sources));
  return findings;
}

function checkStrings(folder: string, sources: readonly Source[], languages: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  const compare = (
    file: string,
    place: object,
    all: ReadonlyMap<string, ReadonlySet<string>>,
    wanted: readonly string[],
  ): void => {
    const english = all.get('en');
    if (!english) return;
    for (const language of wanted) {
      const missing = [...english].filter((key) => !all.get(language)?.has(key));
      if (missing.length > 0)
        findings.push({
          file,
          ...place,
          severity: 'error',
          message: `texts without ${language}: ${missing.join(', ')}`,
        });
    }
    for (const [language, keys] of all) {
      const strange = [...keys].filter((key) => !english.has(key));
      if (strange.length > 0)
        findings.push({
          file,
          ...place,
          severity: 'error',
          message: `texts in ${language} and not in en: ${strange.join(', ')}`,
        });
    }
  };
  for (const { file, strings, half } of sources)
    if (half === 'browser') for (const { languages: all, place } of strings) compare(file, place, all, languages);
  const files = new Map(
    globSync('texts/*.json', { cwd: folder }).map((path) => [
      path.replace(/^.*[\\/]|\.json$/g, ''),
      new Set(Object.keys(JSON.parse(readFileSync(join(folder, path), 'utf8')) as object)),
    ]),
  );
  if (files.size > 0) compare('texts/en.json', {}, files, languages);
  return findings;
}

function checkIcons(layer: Layer, sources: readonly Source[]): readonly Finding[] {
  const folder = join(ROOT, 'node_modules/lucide-static/icons');
  const findings: Finding[] = [];
  let names: readonly string[] | undefined;
  const check = (name: string, file: string, place: { readonly line?: number; readonly column?: number }): void => {
    if (existsSync(join(folder, `${name}.svg`))) return;
    names ??= globSync('*.svg', { cwd: folder }).map((path) => path.replace(/\.svg$/, ''));
    findings.push({
      file,
      ...place,
      severity: 'error',
      message: `there is no icon "${name}"${suggest(name, names)}; it would show as a box. Icons are those of lucide.dev`,
    });
  };
  for (const { file, icons } of sources) for (const { name, place } of icons) check(name, file, place);
  for (const [id, { body, text }] of layer.documents) {
    const visit = (node: Json | undefined, pointer: string): void => {
      if (isArray(node)) node.forEach((member, index) => visit(member, `${pointer}/${index}`));
      else if (isObject(node)) {
        for (const [key, value] of Object.entries(node)) {
          if (key !== 'icon' || typeof value !== 'string') {
            visit(value, `${pointer}/${key}`);
            continue;
          }
          const { line, column } = locate({ code: '', file: id, pointer: `${pointer}/${key}`, message: '' }, text);
          check(value, `${id}.json`, { ...(line !== undefined && { line }), ...(column !== undefined && { column }) });
        }
      }
    };
    visit(body, '');
  }
  return findings;
}
