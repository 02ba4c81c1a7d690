/** Where programs ask, with which key, for what; `name` is what the operator calls the gateway. */
export type Ask = { base: string; key: string; model: string; name?: string };

/** What a text is for, or what there is to know of it: keys of the texts of every language. */
export type Note = 'shell' | 'claudeSettings' | 'codexConfig' | 'continueConfig' | 'cursorServer' | 'webuiDocker';
export type Field = 'baseUrl' | 'apiKey' | 'model' | 'provider';

/** A text to paste, or the fields of a form. `notes` stand before it. */
export type Part = { notes?: Note[]; code?: string; fields?: [Field, string][] };

/** What one program is told. */
export type Snippet = { name: string; parts: Part[] };

export const text = (...lines: string[]): string => lines.join('\n');

/** Quoted for a shell: nothing in it means anything to the shell. */
export function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** Lines for a shell. */
export function exported(variables: Record<string, string>): string {
  return text(...Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`));
}
