/** Names of generated files that differ from what the schemas say; written anew unless `check`. */
export declare function generate(check: boolean): Promise<string[]>;
