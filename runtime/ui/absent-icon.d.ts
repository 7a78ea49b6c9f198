export declare function provideIcon(name: string): Promise<void>;
