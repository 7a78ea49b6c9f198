// The Prefer header (RFC 7240) as Dataverse clients send it: several preferences in one header, unknown ones ignored.

export interface Preferences {
  readonly representation: boolean;
  readonly maxPageSize: number | undefined;
  /** The content of odata.include-annotations, e.g. `*` or a list of terms. */
  readonly annotations: string | undefined;
  /** A batch goes on behind a request that failed. */
  readonly continueOnError: boolean;
  readonly respondAsync: boolean;
  /** A list answers with a link to what changes from now on. */
  readonly trackChanges: boolean;
}

const NONE: Preferences = {
  representation: false,
  maxPageSize: undefined,
  annotations: undefined,
  continueOnError: false,
  respondAsync: false,
  trackChanges: false,
};
const PREFERENCE = /([\w.-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;"]*)))?/g;

/** Clients send the same few headers again and again. */
const read = new Map<string, Preferences>();
const MOST_HELD = 500;

export function readPreferences(text: string | undefined): Preferences {
  if (text === undefined || text === '') return NONE;
  const known = read.get(text);
  if (known) return known;
  const preferences = parse(text);
  if (read.size >= MOST_HELD) read.clear();
  if (text.length <= 500) read.set(text, preferences);
  return preferences;
}

function parse(text: string): Preferences {
  let representation = false;
  let maxPageSize: number | undefined;
  let annotations: string | undefined;
  let continueOnError = false;
  let respondAsync = false;
  let trackChanges = false;
  for (const [, name = '', quoted, bare] of text.matchAll(PREFERENCE)) {
    const value = quoted ?? bare ?? '';
    switch (name.toLowerCase()) {
      case 'return':
        representation = value === 'representation';
        break;
      case 'odata.maxpagesize':
      case 'maxpagesize':
        if (/^[1-9]\d{0,8}$/.test(value)) maxPageSize = Number(value);
        break;
      case 'odata.include-annotations':
      case 'include-annotations':
        annotations = value;
        break;
      case 'odata.continue-on-error':
      case 'continue-on-error':
        continueOnError = value.toLowerCase() !== 'false';
        break;
      case 'respond-async':
        respondAsync = true;
        break;
      case 'odata.track-changes':
      case 'track-changes':
        trackChanges = true;
        break;
      default:
    }
  }
  return { representation, maxPageSize, annotations, continueOnError, respondAsync, trackChanges };
}
