import type { AppMetadata, EntityMetadata, Me } from '../../metadata/effective.ts';
/** A row as the API answers: wire names and `name@annotation` keys. */
export type Row = Readonly<Record<string, unknown>>;
export interface ListQuery {
    /** A view's id, e.g. `account/views/active`: its filter (and order, when none is given) is applied on the server. */
    readonly view?: string;
    readonly select?: readonly string[];
    /** An OData condition. */
    readonly filter?: string;
    readonly orderby?: string;
    readonly expand?: string;
    readonly search?: string;
    readonly top?: number;
    /** Rows per page. */
    readonly size?: number;
    readonly count?: boolean;
}
export interface Page {
    readonly rows: readonly Row[];
    /** Pass to `listNext`; absent on the last page. */
    readonly next?: string;
    readonly count?: number;
}
export interface Saved {
    readonly id: string;
    readonly etag: string;
    readonly row: Row;
}
export interface DeletePreviewItem {
    readonly relationship: string;
    readonly entity: string;
    readonly title: string;
    /** Rows that the caller may read. */
    readonly count: number;
    /** There are others. */
    readonly others: boolean;
    readonly effect: 'delete' | 'unlink' | 'restrict';
}
export interface WriteOptions {
    /** Be refused with DUPLICATE_FOUND (412) where the row seems to be there already. */
    readonly detectDuplicates?: boolean;
}
export type MeChange = Partial<Pick<Me, 'language' | 'calendar' | 'timeZone' | 'theme'>>;
export interface Client {
    list(set: string, query: ListQuery, signal?: AbortSignal): Promise<Page>;
    listNext(link: string, size: number, signal?: AbortSignal): Promise<Page>;
    retrieve(set: string, id: string, query?: Pick<ListQuery, 'select' | 'expand'>, signal?: AbortSignal): Promise<Saved>;
    create(set: string, values: Row, options?: WriteOptions): Promise<Saved>;
    /** With an ETag the write is refused with a conflict (412) when the row changed meanwhile. */
    update(set: string, id: string, values: Row, etag?: string, options?: WriteOptions): Promise<Saved>;
    remove(set: string, id: string, etag?: string): Promise<void>;
    deletePreview(set: string, id: string): Promise<readonly DeletePreviewItem[]>;
    associate(set: string, id: string, navigation: string, targetSet: string, targetId: string): Promise<void>;
    disassociate(set: string, id: string, navigation: string, targetSet: string, targetId: string): Promise<void>;
    app(language: string): Promise<AppMetadata>;
    entity(name: string, language: string): Promise<EntityMetadata>;
    me(): Promise<Me>;
    changeMe(change: MeChange): Promise<Me>;
    upload(set: string, id: string, field: string, file: Blob, name: string): Promise<void>;
    fileUrl(set: string, id: string, field: string): string;
    signOut(): Promise<void>;
    /** Any other route of the server: JSON there, JSON back (undefined where the answer has no body). */
    ask(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, value?: unknown, headers?: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<unknown>;
}
export interface ClientOptions {
    /** `https://host`; empty for the page's own origin. */
    readonly origin?: string;
    readonly fetch?: typeof fetch;
    /** Sent with every request, e.g. an API key. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Language of formatted values and error texts. */
    language?(): string;
    /** Called when the session has ended (401 on anything but signing in). */
    onSignedOut?(): void;
}
/** A string as an OData literal, quotes doubled. */
export declare function odataString(text: string): string;
export declare function createClient(options?: ClientOptions): Client;
