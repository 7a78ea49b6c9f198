import { type TemplateResult } from 'lit';
/** An icon by lucide name. Without a label it is hidden from assistive technology. */
export declare function icon(name: string, label?: string): TemplateResult;
