import { me, refresh } from "./view.js";

// Longer than the three seconds in which the app must answer: then Slack's own sentence comes back.
const ANSWER_TIMEOUT_MS = 15_000;

/** Sends what the person did to local-slack and gives its answer; throws an Error whose message is fit to show. */
export function post(path, body) {
  const headers = { "content-type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify({ user: me(), ...body }) });
}

/** Asks local-slack for something, like `post`. */
export async function ask(path, init) {
  let response;
  try {
    response = await fetch(`/local/api/${path}`, { ...init, signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  } catch (problem) {
    throw new Error("local-slack does not answer. Is it still running?", { cause: problem });
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message ?? `local-slack answered ${response.status}.`);
  return answer;
}

/** Does `work` for an element that shows itself busy meanwhile; trouble is shown right beside it. Resolves to whether it went well. */
export async function busy(element, work) {
  if (element.getAttribute("aria-busy") === "true") return false;
  element.setAttribute("aria-busy", "true");
  complain(element, "");
  try {
    await work();
    return true;
  } catch (problem) {
    complain(element, problem.message);
    return false;
  } finally {
    element.removeAttribute("aria-busy");
    void refresh();
  }
}

/** Shows a sentence in the place for trouble that is nearest to the element. */
export function complain(element, sentence) {
  const spot = element.closest("[data-surface], [data-compose]")?.querySelector(":scope [data-spot]");
  if (spot) spot.textContent = sentence;
}

/** Where an element stands, as the API wants it: a message or a view. */
export function surfaceOf(element) {
  const { channel, ts, view } = element.closest("[data-surface]").dataset;
  return view === undefined ? { channel, ts } : { view_id: view };
}
