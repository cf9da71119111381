import { randomUUID } from "node:crypto";

/** What a caller may name a call by: it goes into logs, headers and callbacks. */
const SANE_ID = /^[\w.:/+=@-]{1,128}$/;

/** The caller's correlation id, or one of ours where it has none that is fit to be passed on. */
export const correlationIdOf = (header: string | undefined): string =>
  header !== undefined && SANE_ID.test(header) ? header : randomUUID();

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
/** The fields of the version that we know, and pass on. */
const OURS = "00";
/** Forbidden as a version. */
const NEVER = "ff";

/** The trace context (W3C, version 00) to pass on; null where none came, or one that the standard says to ignore. */
export function traceparentOf(header: string | undefined): string | null {
  const [, version, trace, span, flags, more] = TRACEPARENT.exec(header?.trim() ?? "") ?? [];
  if (trace === undefined || span === undefined || version === NEVER) return null;
  if (version === OURS && more !== undefined) return null;
  if (/^0+$/.test(trace) || /^0+$/.test(span)) return null;
  return `${OURS}-${trace}-${span}-${flags}`;
}
