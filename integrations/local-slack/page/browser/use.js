import { answerOf, answersIn, putBack, settle, valuesOf } from "./controls.js";
import { goToEnd } from "./ends.js";
import { busy, complain, post, surfaceOf } from "./tell.js";
import { keepDraft } from "./view.js";

const before = new WeakMap();

/** A button was pressed: ask first where it wants that, then tell the app. */
export async function press(button) {
  if (!(await isAgreed(button.nextElementSibling))) return;
  await sendTyped(button.closest("[data-surface]"));
  const { action, block, value } = button.dataset;
  button.closest("details[data-menu]")?.removeAttribute("open");
  const frame = button.closest("details[data-menu]")?.querySelector("summary") ?? button;
  await busy(frame, () => post("click", { ...surfaceOf(button), action_id: action, block_id: block, value }));
}

/** Something was chosen: a list of boxes sends itself when it closes, anything else at once. */
export async function choose(control) {
  settle(control);
  const fault = control.closest(".block").querySelector("[data-fault]");
  // It keeps its place: a form that moves under a pressed mouse loses the click.
  fault?.setAttribute("data-mended", "");
  if (control.dataset.tells === undefined || control.querySelector("details.many") !== null) return;
  await send(control);
}

/** Remembers what stands in a control, to know later whether it changed. */
export function remember(control) {
  if (!before.has(control)) before.set(control, valuesOf(control));
}

/** A list of boxes was closed: if something else is chosen now, the app is told. */
export async function closeList(control) {
  if (control.dataset.tells !== undefined && isChanged(control)) await send(control);
}

/** What stands in fields that do not send themselves goes along with a click, as Slack's client does it. */
async function sendTyped(surface) {
  const typed = [...surface.querySelectorAll("[data-control]:not([data-tells])")].filter(isChanged);
  for (const control of typed) await send(control);
}

function isChanged(control) {
  return before.has(control) && before.get(control).join() !== valuesOf(control).join();
}

async function send(control) {
  const { action, block } = control.dataset;
  if (!(await isAgreed(control.nextElementSibling))) {
    putBack(control, before.get(control) ?? []);
    return;
  }
  before.set(control, valuesOf(control));
  await busy(control, () =>
    post("click", { ...surfaceOf(control), action_id: action, block_id: block, value: answerOf(control) }),
  );
}

/** Sends a modal's form; the faults that come back are shown at their fields. */
export async function submit(form) {
  const dialog = form.closest("dialog");
  const faults = [...form.querySelectorAll("[data-fault]")];
  await busy(form.querySelector("[data-submit]"), async () => {
    const { errors = {} } = await post("submit", { view_id: dialog.dataset.view, values: answersIn(form) });
    for (const fault of faults) {
      fault.textContent = errors[fault.dataset.fault] ?? "";
      fault.removeAttribute("data-mended");
    }
    const first = faults.find((fault) => fault.textContent !== "");
    first?.closest(".block").querySelector("input, select, textarea, summary")?.focus();
  });
}

/** Closes a modal; the app hears of it where it asked to. */
export async function closeModal(dialog) {
  await busy(dialog, () => post("close", { view_id: dialog.dataset.view }));
}

/** Sends what was written: a slash command, or a message in which `@Bob` mentions Bob. */
export async function write(form) {
  const field = form.querySelector("textarea");
  const text = field.value.trim();
  const { channel, thread } = form.dataset;
  if (text === "") return;
  const command = /^(\/[a-z0-9_-]+)(?:\s+([\s\S]*))?$/i.exec(text);
  if (command !== null && thread !== undefined) {
    complain(form, `${command[1]} is not supported in threads. Sorry!`);
    return;
  }
  if (form.getAttribute("aria-busy") === "true") return;
  // Gone at once, so that nothing typed while the app thinks about it is lost; back again if it went wrong.
  field.value = "";
  const went = await busy(form, () =>
    command === null
      ? post("message", { channel, text: withMentions(text), thread_ts: thread })
      : post("slash", { channel, command: command[1], text: command[2] ?? "" }),
  );
  if (went) goToEnd(form.closest(".column").querySelector("[data-stick]"));
  else field.value ||= text;
  keepDraft(form);
}

function withMentions(text) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const names = new Map(JSON.parse(document.getElementById("app").dataset.names));
  return escaped.replace(/(?<![\w@])@([\w-]+)/g, (whole, word) => {
    const name = [...names.keys()].find((known) => known.toLowerCase() === word.toLowerCase());
    return name === undefined ? whole : `<@${names.get(name)}>`;
  });
}

/** Whether the person agrees to the question that stands after an element; true where there is none. */
async function isAgreed(question) {
  if (!question?.matches("dialog[data-confirm]")) return true;
  question.returnValue = "no";
  question.showModal();
  await new Promise((resolve) => question.addEventListener("close", resolve, { once: true }));
  return question.returnValue === "yes";
}
