// Through whose eyes this tab sees: kept with the tab; what it does to requests and metadata is in access/when-needed.ts.
export const VIEW_AS_KEY = 'peyvand.view-as';

export interface Viewed {
  /** systemuserid */
  readonly id: string;
  readonly name: string;
}

export function viewedPerson(): Viewed | undefined {
  try {
    return (JSON.parse(sessionStorage.getItem(VIEW_AS_KEY) ?? 'null') as Viewed | null) ?? undefined;
  } catch {
    return undefined;
  }
}
