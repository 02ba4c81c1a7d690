/** What a channel's page has, each with an address. */
export const PARTS = ['settings', 'models', 'health', 'log'] as const;
export type PartName = (typeof PARTS)[number];
