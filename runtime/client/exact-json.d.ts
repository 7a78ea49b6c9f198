/** The number when it holds every digit of the text, else the text itself. */
export declare function exactNumber(source: string): number | string;
/** Like JSON.parse; a number that would lose digits becomes its source text. */
export declare function parseExact(text: string): unknown;
