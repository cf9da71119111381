import { createHash } from "node:crypto";
import { sectionOf } from "./marked-section.ts";

/** Confluence writes some characters in other ways than it was given them; which of these two it was says nothing. */
const NAMED = /&[A-Za-z][A-Za-z0-9]*;/g;
const NAMEABLE = /[\u00a0-\u03ff\u2000-\u27bf]|[&<>"']/g;
const NUMBERED = /&#(x?)([0-9a-f]+);/gi;

/**
 * A hash of what people read in our part of a page: not of its markup, which Confluence's editor writes anew at each save. Null where
 * our part is not there.
 */
export function sectionHash(body: string, runId: string): string | null {
  const section = sectionOf(body, runId);
  return section === null ? null : createHash("sha256").update(readable(section)).digest("hex").slice(0, 32);
}

function readable(section: string): string {
  return section
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, "$1")
    .replace(/<[^>]*>/g, " ")
    .replace(NUMBERED, (_, hex: string, code: string) =>
      String.fromCodePoint(Math.min(Number.parseInt(code, hex ? 16 : 10), 0x10ffff)),
    )
    .replace(NAMED, "")
    .replace(NAMEABLE, "")
    .replace(/\s+/g, "");
}
