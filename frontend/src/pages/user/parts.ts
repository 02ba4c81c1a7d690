/** What an account's page has, each with an address. */
export const PARTS = ['account', 'usage', 'log'] as const;
export type PartName = (typeof PARTS)[number];
