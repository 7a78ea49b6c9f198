// What a reader asks for beside the query itself: the Prefer header's part in it, and where the answer's links begin.

export interface ReadPreferences {
  /** The service's absolute URL without a closing slash, `https://host/api/data/v9.2`: for @odata.context and @odata.nextLink. */
  readonly root: string;
  /** The path of the collection below `root`, as in the request; the entity set when absent. */
  readonly path?: string;
  /** Prefer: odata.maxpagesize. Default and most: 5000. */
  readonly maxPageSize?: number;
  /** Value of Prefer: odata.include-annotations, without its quotes: `*`, or names joined by commas. */
  readonly annotations?: string;
}

/** Which of the annotations known here the preference names; `Microsoft.Dynamics.CRM.*` and the like are patterns. */
export function annotationsOf(preference: string | undefined): {
  readonly formatted: boolean;
  readonly lookup: boolean;
} {
  if (preference === undefined || preference === '') return none;
  if (preference === '*') return every;
  const names = preference.split(',').map((name) => name.trim());
  return {
    formatted: names.some((name) => covers(name, 'OData.Community.Display.V1.FormattedValue')),
    lookup: names.some((name) => covers(name, 'Microsoft.Dynamics.CRM.lookuplogicalname')),
  };
}

const none = { formatted: false, lookup: false };
const every = { formatted: true, lookup: true };

function covers(name: string, annotation: string): boolean {
  return name === '*' || name === annotation || (name.endsWith('*') && annotation.startsWith(name.slice(0, -1)));
}
