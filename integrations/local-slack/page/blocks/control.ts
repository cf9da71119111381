import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import type { Place } from "./surface.ts";

/** How the page's script reads a control: one value, several, or a moment that goes out as Unix seconds. */
export type ControlKind = "one" | "many" | "moment";

/** The frame around something to fill in, which tells the script whose value it is and whether a change goes out at once. */
export function control(kind: ControlKind, actionId: string | undefined, place: Place, inner: Html): Html {
  return html`<div class="control" data-control="${kind}" data-action="${actionId ?? ""}" data-block="${place.blockId}" ${place.tellsAtOnce ? "data-tells" : ""}>${inner}</div>`;
}
