// The effective metadata as `/api/metadata/*` serves it to the app, the studio and tools: layers merged, labels in the
// asked language, nothing the caller may not see.

/** GET /api/metadata/app?language=fa */
export interface AppMetadata {
  /** Model version; also the ETag. */
  readonly version: string;
  readonly organization: string;
  readonly language: string;
  readonly languages: readonly { readonly tag: string; readonly title: string; readonly direction: 'ltr' | 'rtl' }[];
  readonly title: string;
  readonly areas: readonly {
    readonly id: string;
    readonly title: string;
    readonly groups: readonly {
      readonly id: string;
      readonly title: string;
      readonly items: readonly {
        readonly id: string;
        readonly title: string;
        readonly icon?: string;
        /** One of `entity`, `dashboard`, `page` and `url` is there. */
        readonly entity?: string;
        readonly view?: string;
        readonly dashboard?: string;
        /** `<plugin>.<page>`. */
        readonly page?: string;
        readonly url?: string;
      }[];
    }[];
  }[];
  readonly entities: Readonly<Record<string, EntitySummary>>;
  /** What plugins bring to the browser: controls and pages by `<plugin>.<id>`, view kinds by their kind. */
  readonly controls: Readonly<Record<string, ContributionMetadata & { readonly new: boolean }>>;
  readonly viewKinds: Readonly<Record<string, ContributionMetadata>>;
  readonly pages: Readonly<Record<string, ContributionMetadata>>;
  /** Dashboards with something to see for the caller, by id. */
  readonly dashboards: Readonly<Record<string, { readonly title: string }>>;
}

/** A module of a plugin's browser half, and what it is called. */
export interface ContributionMetadata {
  readonly plugin: string;
  readonly title: string;
  readonly icon?: string;
  /** Path in the plugin's folder: `controls/statement.ts`. */
  readonly module: string;
}

/** A button of a plugin on an entity's forms or lists. It has `operation` or `module`. */
export interface CommandMetadata {
  /** `sales.qualify`. */
  readonly id: string;
  readonly plugin: string;
  readonly title: string;
  readonly description?: string;
  readonly icon?: string;
  readonly on: readonly ('form' | 'list')[];
  readonly selection: 'each' | 'once' | 'none';
  /** JSONata over the record's values by field name. */
  readonly when?: string;
  /** Fields that `when` and the dialog's first values read. */
  readonly reads: readonly string[];
  readonly primary: boolean;
  readonly destructive: boolean;
  readonly confirm?: string;
  readonly module?: string;
  readonly operation?: OperationMetadata;
  /** By parameter. */
  readonly fields: Readonly<Record<string, CommandField>>;
  readonly open: boolean;
}

/** How a parameter stands in a command's dialog. */
export interface CommandField {
  readonly title?: string;
  readonly description?: string;
  readonly field?: string;
  /** Of a status reason: only those of this state. */
  readonly state?: number;
  readonly entity?: string;
  readonly default?: unknown;
  readonly from?: string;
  readonly value?: unknown;
  readonly record?: true;
  readonly omit?: true;
  readonly required?: boolean;
  readonly multiline?: boolean;
}

/** GET /api/metadata/operations/:name */
export interface OperationMetadata {
  readonly name: string;
  readonly kind: 'function' | 'action';
  readonly bound?: { readonly entity: string; readonly collection?: boolean };
  readonly parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly entity?: string;
    readonly collection?: boolean;
    readonly optional?: boolean;
    readonly description?: string;
  }[];
}

/** GET /api/metadata/dashboards/:id?language=fa. Tiles whose entity the caller may not read are not in it. */
export interface DashboardMetadata {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  /** Columns of the grid, 1–12. */
  readonly columns: number;
  readonly tiles: readonly TileMetadata[];
}

export interface TileMetadata {
  readonly id: string;
  readonly title: string;
  readonly kind: 'chart' | 'view' | 'number' | 'text';
  readonly width: number;
  readonly height: number;
  readonly entity?: string;
  /** The id of a view of the entity: `open`. */
  readonly view?: string;
  readonly chart?: ChartMetadata;
  readonly measure?: MeasureMetadata;
  readonly compare?: { readonly field: string; readonly by: CalendarStep };
  readonly text?: string;
}

export type CalendarStep = 'day' | 'week' | 'month' | 'quarter' | 'year';

export interface MeasureMetadata {
  readonly function: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'count-distinct';
  readonly field?: string;
}

export interface ChartMetadata {
  readonly id: string;
  readonly title: string;
  /** `bar`, `column`, `line`, `area`, `pie`, `donut`, `funnel`. */
  readonly kind: string;
  readonly group: readonly { readonly id: string; readonly by?: CalendarStep }[];
  readonly measures: readonly (MeasureMetadata & { readonly id: string; readonly title?: string })[];
  readonly view?: string;
  readonly top?: number;
}

export interface EntitySummary {
  readonly name: string;
  readonly set: string;
  readonly title: string;
  readonly plural: string;
  readonly icon?: string;
  /** The key field's and the primary name field's names. */
  readonly key: string;
  readonly primary: string;
  /** May the caller create rows; false for unions. */
  readonly create: boolean;
  readonly quickCreate: boolean;
  /** A read-only union of entities; the discriminator field holds the member's logical name. */
  readonly union?: { readonly members: readonly string[]; readonly discriminator: string };
  /** Present: exactly one row, which nobody deletes. */
  readonly single?: true;
}

/** GET /api/metadata/entities/:name?language=fa */
export interface EntityMetadata extends EntitySummary {
  readonly version: string;
  readonly ownership: 'user' | 'organization';
  readonly fields: Readonly<Record<string, FieldMetadata>>;
  readonly navigation: Readonly<Record<string, NavigationMetadata>>;
  readonly status?: readonly StateMetadata[];
  readonly search: readonly string[];
  /** By id within the entity: `main`, `quick-create`. The form document, labels translated. */
  /** What the entity's business rules ask, in every form. */
  readonly rules?: readonly RuleMetadata[];
  readonly forms: Readonly<Record<string, FormMetadata>>;
  readonly views: Readonly<Record<string, ViewMetadata>>;
  /** Of plugins, for the caller; in the order they stand in. */
  readonly commands: readonly CommandMetadata[];
}

export interface FieldMetadata {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** Field type: picks the browser half. Of a field that is worked out or rolled up, that of its result. */
  readonly type: string;
  /** The `field` keyword's content. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The name of the value in answers: `name`, `_primarycontactid_value`. */
  readonly wire: string;
  /** Of an amount: the name of the same in the base currency, which sums over many rows take. */
  readonly base?: string;
  readonly required: boolean;
  readonly readOnly: boolean;
  readonly immutable: boolean;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** What a new row gets where nothing is said, as a wire value. */
  readonly default?: unknown;
  readonly choices?: readonly { readonly value: number; readonly title: string; readonly color?: string }[];
  /** Referenced entities' logical names, and per target the name for `@odata.bind` and $expand. */
  readonly targets?: readonly { readonly entity: string; readonly navigation: string }[];
  readonly operators: readonly string[];
  readonly sortable: boolean;
  /** A formula that is worked out on read: rows cannot be filtered, sorted or grouped by it. */
  readonly evaluated?: boolean;
  /** False where no condition can be asked of it at all; absent = true. */
  readonly filterable?: boolean;
  /** What field profiles leave the caller of a secured field; absent where they leave everything. */
  readonly secured?: {
    /** `masked`: a part of each value is shown. `none`: only a new row's form has it. */
    readonly read: 'full' | 'masked' | 'none';
    readonly create: boolean;
    readonly update: boolean;
  };
}

export interface NavigationMetadata {
  readonly name: string;
  readonly title: string;
  readonly target: string;
  readonly many: boolean;
  /** The lookup on the target that points back, for a 1:N. */
  readonly field?: string;
}

export interface StateMetadata {
  readonly state: number;
  readonly title: string;
  /** Rows in it are closed: beside state and reason only these fields may change. */
  readonly readonly?: { readonly except: readonly string[] };
  readonly reasons: readonly {
    readonly value: number;
    readonly title: string;
    readonly color?: string;
    readonly to?: readonly number[];
  }[];
}

export interface FormMetadata {
  readonly id: string;
  readonly title: string;
  readonly kind: 'main' | 'quick-create' | 'quick-view' | 'card';
  /** Field names shown in the header. */
  readonly header: readonly string[];
  readonly tabs: readonly FormTab[];
  /** The form's own; those of the entity stand beside its forms. */
  readonly rules?: readonly RuleMetadata[];
}

/** A rule of an entity or of one form, see apply-rules.ts. */
export interface RuleMetadata {
  /** `account/rules/credit`, `account/forms/main#family`. */
  readonly id: string;
  /** JSONata over the record's own fields. */
  readonly when: string;
  readonly then: RuleConsequence;
  readonly else?: RuleConsequence;
}

export interface RuleConsequence {
  readonly show?: readonly string[];
  readonly hide?: readonly string[];
  readonly require?: readonly string[];
  readonly lock?: readonly string[];
  /** Field → JSONata, while it applies. */
  readonly set?: Readonly<Record<string, string>>;
  /** Field → JSONata, as it begins to apply. */
  readonly start?: Readonly<Record<string, string>>;
  /** Field → JSONata, as it begins to apply, where the field is empty. */
  readonly default?: Readonly<Record<string, string>>;
  readonly choices?: Readonly<Record<string, readonly number[]>>;
  readonly refuse?: readonly RuleMessage[];
  readonly recommend?: readonly RuleMessage[];
}

export interface RuleMessage {
  readonly id: string;
  readonly field: string;
  readonly message: string;
}

export interface FormTab {
  readonly id: string;
  readonly title: string;
  readonly columns: readonly FormColumn[];
}

export interface FormColumn {
  readonly id: string;
  /** Share of the width, 1–4. */
  readonly width: number;
  readonly sections: readonly FormSection[];
}

export interface FormSection {
  readonly id: string;
  readonly title?: string;
  /** 1–4 columns of fields, by container query. */
  readonly columns: number;
  readonly items: readonly FormItem[];
}

/** A field (`id` is its name), or a control: `{id: 'contacts', control: 'sub-grid', navigation: 'account_contacts', view: 'active'}`. */
export interface FormItem {
  readonly id: string;
  readonly title?: string;
  readonly control?: string;
  readonly navigation?: string;
  readonly view?: string;
  /** Columns of the section it takes. */
  readonly span?: number;
  /** Height in lines of text, for controls that have one. */
  readonly rows?: number;
  /** For a control of a plugin. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface ViewMetadata {
  readonly id: string;
  readonly title: string;
  /** `grid`, or a kind that a plugin brings (AppMetadata.viewKinds). */
  readonly kind: string;
  /** For the kinds of plugins. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly columns: readonly { readonly id: string; readonly width?: number }[];
  readonly sort: readonly { readonly id: string; readonly direction: 'asc' | 'desc' }[];
  /** The view's own filter runs on the server (`?savedQuery=<view id>`); shown to people as a sentence. */
  readonly filter?: unknown;
  readonly isDefault: boolean;
}

/** GET /api/me; PATCH takes language, calendar, timeZone, theme. */
export interface Me {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
  readonly timeZone: string;
  readonly theme: 'system' | 'light' | 'dark';
  /** By title in the language of the user's settings. */
  readonly roles: readonly { readonly name: string; readonly title: string }[];
  readonly administrator: boolean;
  /** Present for administrators while the organization waits to be set up (/api/setup). */
  readonly setupNeeded?: true;
  /** Rights that are about no entity: `manage-users`, `audit` …; `*` is all of them. */
  readonly rights: readonly string[];
}
