import type { ImageElement } from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import { safeHref, safePicture } from "../text/markup.ts";

/** A picture that came with the message; of any other only its words and a link, because this page loads nothing from outside. */
export function showPicture(image: ImageElement, size: "accessory" | "small" | "wide"): Html {
  const address = addressOf(image);
  const source = safePicture(address);
  if (source !== undefined)
    return html`<img class="picture ${size}" src="${source}" alt="${image.alt_text}">`;
  const href = safeHref(address);
  const words = html`<span aria-hidden="true">🖼</span> ${image.alt_text}`;
  if (href === undefined) return html`<span class="picture-words">${words}</span>`;
  return html`<a class="picture-words" href="${href}" target="_blank" rel="noopener noreferrer">${words}</a>`;
}

function addressOf(image: ImageElement): string {
  if ("image_url" in image) return image.image_url;
  return "url" in image.slack_file ? image.slack_file.url : "";
}
