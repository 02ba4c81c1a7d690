/** What an operator may choose as the look of the site: one-api's three themes. Colours and radius are in theme.css. */
type Preset = {
  navigation: 'groups' | 'narrow';
  density: 'normal' | 'airy' | 'dense';
  color: 'blue' | 'violet' | 'teal';
};

export const PRESETS = {
  default: { navigation: 'groups', density: 'normal', color: 'blue' },
  berry: { navigation: 'groups', density: 'airy', color: 'violet' },
  air: { navigation: 'narrow', density: 'dense', color: 'teal' },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;

const KEY = 'preset';

/** A person's choice, else the operator's, else the first. */
export function presetName(operators: string | undefined): PresetName {
  const wanted = chosenPreset() || operators || '';
  return wanted in PRESETS ? (wanted as PresetName) : 'default';
}

export function chosenPreset(): string {
  return localStorage.getItem(KEY) ?? '';
}

/** Empty: as the operator has it. */
export function keepPreset(name: PresetName | ''): void {
  if (name) localStorage.setItem(KEY, name);
  else localStorage.removeItem(KEY);
}
