export { createClient, odataString } from './client.ts';
export type { Client, DeletePreviewItem, ListQuery, MeChange, Row } from './client.ts';
export { ClientError } from './errors.ts';
export type { ErrorDetail } from './errors.ts';
