export interface ErrorDetail {
    readonly code: string;
    /** The field, query option or JSON pointer it is about. */
    readonly target: string;
    readonly message: string;
}
/** 412: the row changed meanwhile. `current` holds the server's values by field name. */
export interface ConflictData {
    readonly current: Readonly<Record<string, unknown>>;
    readonly version: number | string;
}
export declare class ClientError extends Error {
    readonly name = "ClientError";
    /** HTTP status; 0 when no answer came. */
    readonly status: number;
    /** Stable, for programs: `RECORD_NOT_FOUND`; `NETWORK` when no answer came. */
    readonly code: string;
    readonly details: readonly ErrorDetail[];
    /** `@peyvand.data` of the error object. */
    readonly data: Readonly<Record<string, unknown>>;
    /** Seconds after which it may be tried again, where the server said so. */
    readonly retryAfter: number | undefined;
    constructor(status: number, code: string, message: string, details?: readonly ErrorDetail[], data?: Readonly<Record<string, unknown>>, cause?: unknown, retryAfter?: number);
    /** Both sides of a version conflict, when this is one. */
    get conflict(): ConflictData | undefined;
}
