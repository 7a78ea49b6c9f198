// Through whose eyes this tab sees: kept with the tab; what it does to requests and metadata is in access/when-needed.ts.
const KEY = 'peyvand.view-as';

export interface Viewed {
  /** systemuserid */
  readonly id: string;
  readonly name: string;
}

export function viewedPerson(): Viewed | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Viewed | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Loads the app anew, so that nothing read with one pair of eyes is shown with another. */
export function viewWith(person: Viewed | undefined): void {
  if (person) {
    sessionStorage.setItem(KEY, JSON.stringify(person));
    location.assign('/app');
  } else {
    sessionStorage.removeItem(KEY);
    location.reload();
  }
}
