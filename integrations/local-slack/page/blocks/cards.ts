import type { AlertBlock, CardBlock, CarouselBlock, ContainerBlock } from "@slack/types";
import { html } from "hono/html";
import type { Html } from "../text/markup.ts";
import { showRichText } from "../text/rich-text.ts";
import { plainWords, showText } from "../text/text-object.ts";
import { showButton } from "./buttons.ts";
import { showPicture } from "./pictures.ts";
import type { Surface } from "./surface.ts";

const LEVELS = {
  default: { sign: "•", words: "Note" },
  info: { sign: "ℹ", words: "Note" },
  warning: { sign: "⚠", words: "Warning" },
  error: { sign: "✕", words: "Error" },
  success: { sign: "✓", words: "Done" },
} as const satisfies Record<NonNullable<AlertBlock["level"]>, { sign: string; words: string }>;

/** A note in a modal, with its level as sign and word. */
export function showAlert(alert: AlertBlock, surface: Surface): Html {
  const level = alert.level ?? "default";
  return html`<div class="alert ${level}" role="note"><span class="sign" aria-hidden="true">${LEVELS[level].sign}</span><div class="text"><span class="unseen">${LEVELS[level].words}: </span>${showText(alert.text, surface.reader)}</div></div>`;
}

/** A framed card: picture, titles, a few words, up to three buttons. */
export function showCard(card: CardBlock, surface: Surface): Html {
  const { reader } = surface;
  const place = { ...surface, blockId: card.block_id ?? "", tellsAtOnce: true };
  const titles = html`${card.title === undefined ? "" : html`<div class="card-title">${showText(card.title, reader)}</div>`}${card.subtitle === undefined ? "" : html`<div class="quiet">${showText(card.subtitle, reader)}</div>`}`;
  const buttons = (card.actions ?? []).map((button) => showButton(button, place));
  return html`<article class="card">${card.hero_image === undefined ? "" : showPicture(card.hero_image, "wide")}
<header>${card.icon === undefined ? "" : showPicture(card.icon, "small")}<div>${titles}</div></header>
${card.body === undefined ? "" : html`<div class="text">${showText(card.body, reader)}</div>`}
${buttons.length === 0 ? "" : html`<div class="row">${buttons}</div>`}</article>`;
}

/** Cards side by side, to be pushed sideways. */
export function showCarousel(carousel: CarouselBlock, surface: Surface): Html {
  return html`<div class="carousel" tabindex="0" role="group" aria-label="${carousel.elements.length} cards">${carousel.elements.map((card) => showCard(card, surface))}</div>`;
}

/** A frame around blocks that are already drawn. A collapsible one opens and closes; else its title just stands above. */
export function showContainer(container: ContainerBlock, children: Html, surface: Surface): Html {
  const { reader } = surface;
  const title =
    container.rich_text_title === undefined
      ? html`<b>${container.title === undefined ? "" : plainWords(container.title)}</b>`
      : showRichText(container.rich_text_title, reader);
  const subtitle =
    container.subtitle === undefined
      ? ""
      : html`<div class="quiet">${showText(container.subtitle, reader)}</div>`;
  const icon = container.icon === undefined ? "" : showPicture(container.icon, "small");
  const head = html`${icon}<div class="titles">${title}${subtitle}</div>`;
  if (container.is_collapsible !== true) {
    const line = container.has_header_divider === true ? " lined" : "";
    return html`<section class="container"><header class="head${line}">${head}</header>${children}</section>`;
  }
  return html`<details class="container" ${container.default_collapsed === true ? "" : "open"}><summary class="head">${head}</summary>${children}</details>`;
}
