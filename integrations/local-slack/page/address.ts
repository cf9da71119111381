import { z } from "zod";

/** What the page's address says: who acts, what is open. Every part may be missing. */
export const Address = z.object({
  as: z.string().max(64).optional(),
  /** A conversation's id, or `home`. */
  in: z.string().max(64).optional(),
  thread: z
    .string()
    .regex(/^\d+\.\d+$/)
    .optional(),
  /** `list` shows the left column on a narrow screen. */
  at: z.literal("list").optional(),
});
export type Address = z.infer<typeof Address>;

/** The link that opens it, relative to the page. */
export function toHref(address: { readonly [Key in keyof Address]?: string | undefined }): string {
  const query = new URLSearchParams();
  for (const key of ["as", "in", "thread", "at"] as const) {
    const value = address[key];
    if (value !== undefined) query.set(key, value);
  }
  return `?${query.toString()}`;
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** A permalink of ours as a link within the page, whichever port it is reached by; undefined for any other address. */
export function toOwnHref(address: string, as: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, pathname, searchParams } = new URL(address);
  const read = Address.safeParse(Object.fromEntries(searchParams));
  const isOurs = LOOPBACK.has(hostname) && pathname === "/local" && read.data?.thread !== undefined;
  return isOurs ? toHref({ as, in: read.data?.in, thread: read.data?.thread }) : undefined;
}
