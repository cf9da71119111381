import { openHome } from "./home.js";
import { placeMenu } from "./menus.js";
import { markRead } from "./read.js";
import { complain } from "./tell.js";
import { choose, closeList, closeModal, press, remember, submit, write } from "./use.js";
import { app, go, keepDraft, refresh, settleView, showLost } from "./view.js";

const isFinePointer = matchMedia("(pointer: fine)").matches;

const CLICKS = [
  ["[data-press]", (element) => press(element)],
  ["[data-answer]", (element) => element.closest("dialog").close(element.dataset.answer)],
  ["[data-close]", (element) => closeModal(element.closest("dialog"))],
  ["[data-dismiss]", () => void set({ hint: "off" })],
];

document.addEventListener("click", (event) => {
  closeMenus(event.target);
  const link = event.target.closest("a[data-nav]");
  if (link?.matches("[data-press]")) void press(link);
  if (link !== null) return follow(event, link);
  const found = CLICKS.find(([selector]) => event.target.closest(selector) !== null);
  if (found !== undefined) return void found[1](event.target.closest(found[0]));
});

document.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target.matches("[data-compose]")) void write(event.target);
  if (event.target.matches("[data-view-form]")) void submit(event.target);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest("form[data-compose]");
  if (form !== null && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    void write(form);
  }
  if (event.key === "Escape" && document.querySelector("dialog[open]") === null) leave();
});

document.addEventListener("focusin", (event) => {
  const control = event.target.closest("[data-control]");
  if (control !== null) remember(control);
});

document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-control]");
  if (control !== null) void choose(control);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-compose]");
  if (form === null) return;
  keepDraft(form);
  complain(form, "");
});

// "cancel" and "toggle" do not bubble, so they are caught on their way down.
document.addEventListener(
  "cancel",
  (event) => {
    if (!event.target.matches("dialog[data-modal]")) return;
    event.preventDefault();
    void closeModal(event.target);
  },
  true,
);
document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches("details.menu[open]")) placeMenu(event.target);
    const control = event.target.matches("details.many:not([open])")
      ? event.target.closest("[data-control]")
      : null;
    if (control !== null) void closeList(control);
  },
  true,
);

addEventListener("popstate", () => void refresh());
document.addEventListener("visibilitychange", () => void markRead());
new MutationObserver(noticeChange).observe(app(), { childList: true, subtree: true, attributes: true });

function noticeChange() {
  void markRead();
  void openHome();
}

function follow(event, link) {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  void go(link.getAttribute("href"), () => focusComposer());
}

function focusComposer() {
  if (isFinePointer)
    (document.querySelector(".thread textarea") ?? document.querySelector(".main textarea"))?.focus({
      preventScroll: true,
    });
}

function leave() {
  const menu = document.querySelector("details[data-menu][open]");
  if (menu === null) return document.querySelector("[data-close-thread]")?.click();
  menu.removeAttribute("open");
  menu.querySelector("summary").focus();
}

function closeMenus(target) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(target)) menu.removeAttribute("open");
  }
}

/** The server keeps these in a cookie, so that the next page comes right from the start. */
async function set(settings) {
  await fetch("/local/settings", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(settings),
    signal: AbortSignal.timeout(10_000),
  });
  await refresh();
}

function listen() {
  const stream = new EventSource("/local/api/stream");
  stream.addEventListener("changed", () => void refresh());
  stream.addEventListener("open", () => {
    showLost(false);
    void refresh();
  });
  stream.addEventListener("error", () => {
    showLost(true);
    // A browser gives up for good where the answer was no stream at all; then we begin anew.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

settleView();
focusComposer();
noticeChange();
listen();
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone !== app().dataset.zone) void set({ zone });
