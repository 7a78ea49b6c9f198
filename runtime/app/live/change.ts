// What the server says has happened to a row: no values, those are asked for as the list or form asks.
export interface Change {
  readonly entity: string;
  readonly id: string;
  readonly kind: 'created' | 'updated' | 'removed';
  readonly version?: string;
}
