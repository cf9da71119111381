/** What a process does. One process does all of it unless it is told otherwise (S3-38). */
export const ROLES = ["slack", "http", "worker"] as const;
export type Role = (typeof ROLES)[number];
