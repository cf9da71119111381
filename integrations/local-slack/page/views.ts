import { html } from "hono/html";
import { toHref } from "./address.ts";
import { showBlocks } from "./blocks/blocks.ts";
import { backLink } from "./conversation.ts";
import type { Screen, ShownHome, ShownModal } from "./screen.ts";
import type { Html } from "./text/markup.ts";
import type { Reader } from "./text/reader.ts";
import { plainWords } from "./text/text-object.ts";

/** The app's Home tab in the middle column. */
export function showHome(home: ShownHome, screen: Screen): Html {
  const { reader } = screen;
  const content =
    home === undefined
      ? html`<p class="empty quiet">${screen.appName} has not filled its Home for you yet.</p>`
      : showBlocks(home.view.blocks, { reader, key: home.id });
  return html`<main class="column main" id="main-home" aria-label="${screen.appName} Home">
<header class="bar">${backLink(toHref({ as: reader.id, in: "home", at: "list" }), "All channels")}<h1>${screen.appName}</h1><span class="quiet">Home</span></header>
<div class="scroll" tabindex="0"><div class="blocks home" data-surface data-view="${home === undefined ? "" : home.id}">${content}<p class="fault" id="home-fault" role="alert" data-spot data-keep></p></div></div></main>`;
}

/** A modal as a dialog. The page's script opens it, keeps the keyboard inside, and sends the form. */
export function showModal(modal: ShownModal, reader: Reader): Html {
  const { view } = modal;
  const close = view.close === undefined ? "Close" : plainWords(view.close);
  const hasInput = view.blocks.some((block) => block.type === "input");
  const submit =
    view.submit === undefined && !hasInput
      ? ""
      : html`<button class="button primary" data-submit>${view.submit === undefined ? "Submit" : plainWords(view.submit)}</button>`;
  return html`<dialog class="modal" id="modal-${modal.id}" data-surface data-view="${modal.id}" data-modal aria-labelledby="title-${modal.id}"><form novalidate data-view-form>
<header class="bar"><h2 id="title-${modal.id}">${plainWords(view.title)}</h2><button type="button" class="button icon close" data-close aria-label="Close" title="Close">✕</button></header>
<div class="scroll blocks" tabindex="-1">${showBlocks(view.blocks, { reader, key: modal.id })}</div>
<p class="fault" id="modal-${modal.id}-fault" role="alert" data-spot data-keep></p>
<footer class="row end"><button type="button" class="button" data-close>${close}</button>${submit}</footer></form></dialog>`;
}
