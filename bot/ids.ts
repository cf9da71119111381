import { createHash } from "node:crypto";

/** The same outside id always names the same thing, in the shape of a UUID (version 8: ours to fill). */
export function idFrom(onceId: string, what: string): string {
  const hex = createHash("sha256").update(`${what}:${onceId}`).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
