/** Roles are one-api's numbers. */
export const USER = 1;
export const ADMIN = 10;
export const ROOT = 100;
