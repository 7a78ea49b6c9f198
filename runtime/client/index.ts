// The client's public face.
export { createClient, odataString } from './client.ts';
export type { Client, ClientOptions, DeletePreviewItem, ListQuery, MeChange, Page, Row, Saved } from './client.ts';
export { ClientError } from './errors.ts';
export type { ConflictData, ErrorDetail } from './errors.ts';
export { exactNumber, parseExact } from './exact-json.ts';
