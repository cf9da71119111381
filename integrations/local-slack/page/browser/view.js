import { showMoments } from "./controls.js";
import { followEnds } from "./ends.js";
import { morph } from "./morph.js";

// The first change shows at once; those that follow on its heels are gathered.
const PAUSE_MS = 150;
const FETCH_TIMEOUT_MS = 10_000;

let current = "";
let isRunning = false;
let isWanted = false;
const afterwards = [];

/** The part of the page that the server draws. */
export const app = () => document.getElementById("app");

/** Whom the person acts as. */
export const me = () => app().dataset.user;

/** Fetches the page's changing part again and takes over what differs. Calls while one is under way are gathered into one more. */
export async function refresh() {
  isWanted = true;
  if (isRunning) return;
  isRunning = true;
  try {
    while (isWanted) {
      isWanted = false;
      await swap();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  } catch {
    // Said aloud on the page, and tried again until it works.
    setTimeout(refresh, 1000);
    showLost(true);
  } finally {
    isRunning = false;
  }
}

/** Opens another place without loading the page anew; `then` runs when it is there. */
export function go(href, then) {
  history.pushState(null, "", href);
  current = "";
  if (then !== undefined) afterwards.push(then);
  return refresh();
}

/** What must be done once after the page is loaded and after each change. */
export function settleView() {
  document.title = app().dataset.title;
  for (const dialog of document.querySelectorAll("dialog[data-modal]:not([open])")) openModal(dialog);
  for (const form of document.querySelectorAll("form[data-compose]")) restoreDraft(form);
  showMoments(document);
  followEnds();
}

/** Says on the page whether it is cut off from local-slack. */
export function showLost(isLost) {
  document.getElementById("lost").hidden = !isLost;
}

/** Keeps what somebody types through a switch of channel or person, and through a reload. */
export function keepDraft(form) {
  sessionStorage.setItem(form.id, form.querySelector("textarea").value);
}

async function swap() {
  const asked = location.search;
  const response = await fetch(`/local/part${asked}`, {
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`The page answered ${response.status}.`);
  showLost(false);
  const text = await response.text();
  // Somebody went elsewhere meanwhile: that is asked for next.
  if (asked !== location.search) return;
  if (text === current) return;
  current = text;
  const next = new DOMParser().parseFromString(text, "text/html").getElementById("app");
  const focused = document.activeElement;
  const around = aroundOf(focused);
  closeGone(next);
  morph(app(), document.adoptNode(next));
  settleView();
  if (!focused.isConnected) around.find((element) => element.isConnected)?.focus({ preventScroll: true });
  for (const then of afterwards.splice(0)) then();
}

/** Closed by hand and not just removed, a dialog gives the focus back to where it came from. */
function closeGone(next) {
  for (const dialog of document.querySelectorAll("dialog[data-modal][open]")) {
    if (next.querySelector(`#${CSS.escape(dialog.id)}`) === null) dialog.close();
  }
}

/** The messages and lists around an element, from the inside out: they take the focus when it goes away. */
function aroundOf(element) {
  const near = element.closest('[tabindex]:not([tabindex="0"])');
  const list = element.closest(".scroll");
  return [near, list, document.querySelector(".main textarea")].filter((one) => one !== null);
}

/** Where the app names no field to begin with, the first one is it: a dialog alone would take its close button. */
function openModal(dialog) {
  dialog.showModal();
  if (dialog.querySelector("[autofocus]") !== null) return;
  dialog.querySelector(".blocks :is(input, select, textarea, summary, button), [data-submit]")?.focus();
}

function restoreDraft(form) {
  const field = form.querySelector("textarea");
  if (field.dataset.restored !== undefined) return;
  field.dataset.restored = "";
  field.value ||= sessionStorage.getItem(form.id) ?? "";
}
