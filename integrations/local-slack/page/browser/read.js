import { post } from "./tell.js";
import { me } from "./view.js";

let last = "";

/** Tells local-slack up to where the person has read what is open, channel and thread each for itself. */
export async function markRead() {
  if (document.visibilityState !== "visible") return;
  const marks = [...document.querySelectorAll(".main, .thread")].flatMap(markOf);
  const key = `${me()} ${JSON.stringify(marks)}`;
  if (marks.length === 0 || key === last) return;
  last = key;
  try {
    for (const mark of marks) await post("read", mark);
  } catch {
    // Nothing is lost: the marks go out again with the next change of the page.
    last = "";
  }
}

function markOf(column) {
  const newest = [...column.querySelectorAll("li.message")].at(-1);
  if (newest === undefined) return [];
  const { channel, ts } = newest.dataset;
  return [{ channel, ts, thread_ts: column.querySelector("[data-thread]")?.dataset.thread }];
}
