/** What a form for a new run is made of. */

/** JSON Schema of a flat group of settings: type, range, choices, default and a line about each. */
export type SettingsSchema = Readonly<Record<string, unknown>>;

export interface Forms {
  readonly environments: readonly {
    readonly id: string;
    readonly title: string;
    readonly description: string;
    readonly options: SettingsSchema;
    /** Names of options that are paths. */
    readonly pathOptions: readonly string[];
  }[];
  readonly presets: readonly {
    readonly id: string;
    readonly title: string;
    readonly paper: string;
    readonly description: string;
    /** With the preset's own values as defaults. */
    readonly parts: readonly {
      readonly name: string;
      readonly doc: string;
      readonly schema: SettingsSchema;
    }[];
  }[];
}
