import type { AnyBlock, ContextBlock, ImageBlock, InputBlock, KnownBlock, SectionBlock } from "@slack/types";
import { html } from "hono/html";
import { showMarkdown } from "../text/markdown.ts";
import type { Html } from "../text/markup.ts";
import { showRichText } from "../text/rich-text.ts";
import { plainWords, showText } from "../text/text-object.ts";
import { showAlert, showCard, showCarousel, showContainer } from "./cards.ts";
import { showElement } from "./elements.ts";
import { showPicture } from "./pictures.ts";
import type { Surface } from "./surface.ts";
import { showDataTable, showTable } from "./tables.ts";
import { showPlan, showTask } from "./tasks.ts";

const KNOWN = {
  actions: true,
  alert: true,
  card: true,
  carousel: true,
  container: true,
  context: true,
  context_actions: true,
  data_table: true,
  divider: true,
  file: true,
  header: true,
  image: true,
  input: true,
  markdown: true,
  plan: true,
  rich_text: true,
  section: true,
  table: true,
  task_card: true,
  video: true,
} as const satisfies Record<KnownBlock["type"], true>;

/** Blocks as Slack draws them. What cannot be drawn leaves a line that says so: a block never vanishes silently. */
export function showBlocks(blocks: readonly AnyBlock[], surface: Surface): Html {
  return html`${blocks.map((block) => {
    // By this id the script knows a block again, also where another one comes before it.
    const id = block.block_id === undefined ? "" : html`id="${surface.key}-${block.block_id}"`;
    return html`<div class="block is-${block.type}" ${id}>${drawn(block, surface)}</div>`;
  })}`;
}

function drawn(block: AnyBlock, surface: Surface): Html {
  if (!isKnown(block)) return unsupported(block.type);
  try {
    return showKnown(block, surface);
  } catch (problem) {
    // One block in a wrong shape must not take the whole page away from the person.
    return html`<p class="unsupported">This ${block.type} block cannot be drawn: ${problem instanceof Error ? problem.message : "wrong shape"}</p>`;
  }
}

function isKnown(block: AnyBlock): block is KnownBlock {
  return Object.hasOwn(KNOWN, block.type);
}

function showKnown(block: KnownBlock, surface: Surface): Html {
  const { reader } = surface;
  switch (block.type) {
    case "section":
      return showSection(block, surface);
    case "header":
      return html`<h3>${plainWords(block.text)}</h3>`;
    case "divider":
      return html`<hr>`;
    case "context":
      return showContext(block, surface);
    case "actions":
    case "context_actions":
      return html`<div class="row">${block.elements.map((element) => showElement(element, placeOf(block, surface), ""))}</div>`;
    case "input":
      return showInput(block, surface);
    case "rich_text":
      return html`<div class="text">${showRichText(block, reader)}</div>`;
    case "markdown":
      return html`<div class="text">${showMarkdown(block.text)}</div>`;
    case "table":
      return showTable(block, reader);
    case "data_table":
      return showDataTable(block, reader);
    case "image":
      return showImage(block);
    case "file":
      return html`<p class="file"><span aria-hidden="true">📎</span> File ${block.external_id}</p>`;
    case "container":
      return showContainer(block, showBlocks(block.child_blocks, surface), surface);
    case "plan":
      return showPlan(block, reader);
    case "task_card":
      return showTask(block, reader);
    case "alert":
      return showAlert(block, surface);
    case "card":
      return showCard(block, surface);
    case "carousel":
      return showCarousel(block, surface);
    case "video":
      return unsupported("video");
  }
}

function showSection(section: SectionBlock, surface: Surface): Html {
  const { reader } = surface;
  const text =
    section.text === undefined ? "" : html`<div class="text">${showText(section.text, reader)}</div>`;
  const fields = (section.fields ?? []).map(
    (field) => html`<div class="text">${showText(field, reader)}</div>`,
  );
  const label = section.text === undefined ? "" : plainWords(section.text);
  const beside =
    section.accessory === undefined
      ? ""
      : html`<div class="beside">${showElement(section.accessory, placeOf(section, surface), label)}</div>`;
  return html`<div class="said">${text}${fields.length === 0 ? "" : html`<div class="fields">${fields}</div>`}</div>${beside}`;
}

function showContext(context: ContextBlock, surface: Surface): Html {
  return html`${context.elements.map((element) =>
    element.type === "image"
      ? showPicture(element, "small")
      : html`<div class="text">${showText(element, surface.reader)}</div>`,
  )}`;
}

function showImage(block: ImageBlock): Html {
  const title = block.title === undefined ? "" : html`<figcaption>${plainWords(block.title)}</figcaption>`;
  return html`<figure>${title}${showPicture(block, "wide")}</figure>`;
}

function showInput(input: InputBlock, surface: Surface): Html {
  const label = plainWords(input.label);
  const place = { ...surface, blockId: input.block_id ?? "", tellsAtOnce: input.dispatch_action === true };
  const hint = input.hint === undefined ? "" : html`<p class="quiet">${plainWords(input.hint)}</p>`;
  return html`<div class="label">${label}${input.optional === true ? html` <span class="quiet">(optional)</span>` : ""}</div>${showElement(input.element, place, label)}${hint}<p class="fault" role="alert" data-keep data-fault="${place.blockId}"></p>`;
}

function placeOf(block: { block_id?: string }, surface: Surface) {
  return { ...surface, blockId: block.block_id ?? "", tellsAtOnce: true };
}

function unsupported(type: string): Html {
  return html`<p class="unsupported">Unsupported block: ${type}</p>`;
}
