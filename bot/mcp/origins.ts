import {
  localhostAllowedHostnames,
  validateHostHeader,
  validateOriginHeader,
} from "@modelcontextprotocol/server";
import { Refusal } from "#engine/errors.ts";
import { isLoopback } from "../config/api.ts";

/**
 * Keeps web pages of strangers out (DNS rebinding): a browser's call must come from a page of ours or one that the
 * operator named, and a Countersign that only its own machine reaches answers to no other name. Throws `Refusal`.
 */
export function refuseStrangers(
  { headers }: Request,
  {
    host,
    publicUrl,
    corsOrigins,
  }: { readonly host: string; readonly publicUrl: string | null; readonly corsOrigins: readonly string[] },
): void {
  const own = [
    ...localhostAllowedHostnames(),
    ...(host.includes(":") ? [`[${host}]`] : [host]),
    ...(publicUrl === null ? [] : [new URL(publicUrl).hostname]),
  ];
  const pages = [...own, ...corsOrigins.map((origin) => new URL(origin).hostname)];
  if (!validateOriginHeader(headers.get("origin"), pages).ok)
    throw new Refusal(
      "not_allowed",
      "Web pages of this origin may not call: an operator can name it in API_CORS_ORIGINS.",
    );
  if (isLoopback(host) && !validateHostHeader(headers.get("host"), own).ok)
    throw new Refusal(
      "not_allowed",
      "This Countersign has another name: call it by its own address, or set PUBLIC_URL to the address by which it is reached.",
    );
}
