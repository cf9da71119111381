import type { html } from "hono/html";

/** Markup in which everything from outside is already escaped. Only hono's `html` makes it. */
export type Html = ReturnType<typeof html>;

const SAFE_SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/** The address as it may stand in `href`, or undefined where a click could run something (`javascript:`, `data:`). */
export function safeHref(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  return SAFE_SCHEMES.has(new URL(address).protocol) ? address : undefined;
}

/** The picture as it may stand in `src`: only pixels that came with the message, so that the page loads nothing from outside. */
export function safePicture(address: string): string | undefined {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[\w+/=]+$/.test(address) ? address : undefined;
}
