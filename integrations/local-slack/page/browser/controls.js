/** The values that stand in a control now: texts, the values of chosen options, or Unix seconds for a moment. */
export function valuesOf(control) {
  if (control.dataset.control === "moment") {
    const { value } = control.querySelector("input");
    return value === "" ? [] : [String(Math.round(new Date(value).getTime() / 1000))];
  }
  return fieldsOf(control)
    .filter((field) => (isBox(field) ? field.checked : field.value !== ""))
    .map((field) => field.value);
}

/** What the app gets: one value (or null), or a list where several can be chosen. */
export function answerOf(control) {
  const values = valuesOf(control);
  return control.dataset.control === "many" ? values : (values[0] ?? null);
}

/** Puts values back into a control, after a confirmation was refused. */
export function putBack(control, values) {
  for (const field of fieldsOf(control)) {
    if (isBox(field)) field.checked = values.includes(field.value);
    else field.value = values[0] ?? "";
  }
  settle(control);
}

/** Keeps a list of boxes true to itself: its summary names what is chosen, and no more can be chosen than allowed. */
export function settle(control) {
  const list = control.querySelector("details.many");
  if (list === null) return;
  const boxes = [...list.querySelectorAll("input")];
  const chosen = boxes.filter((box) => box.checked);
  const shown = list.querySelector("[data-chosen]");
  shown.textContent = chosen.map((box) => box.dataset.words).join(", ") || shown.dataset.hint;
  const isFull = chosen.length >= Number(list.dataset.most ?? Number.POSITIVE_INFINITY);
  for (const box of boxes) box.disabled = isFull && !box.checked;
}

/** All answers of a form, by block and action, as Slack's `state.values` has them. */
export function answersIn(form) {
  const answers = {};
  for (const control of form.querySelectorAll("[data-control]")) {
    const { block, action } = control.dataset;
    answers[block] = { ...answers[block], [action]: answerOf(control) };
  }
  return answers;
}

/** Fills the fields for a moment from Unix seconds, in the zone of this browser. */
export function showMoments(root) {
  for (const field of root.querySelectorAll("input[data-moment]")) {
    if (field.dataset.shown === field.dataset.moment) continue;
    const moment = new Date(Number(field.dataset.moment) * 1000);
    field.value = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    field.dataset.shown = field.dataset.moment;
  }
}

function fieldsOf(control) {
  return [...control.querySelectorAll("input, select, textarea")];
}

function isBox(field) {
  return field.type === "checkbox" || field.type === "radio";
}
