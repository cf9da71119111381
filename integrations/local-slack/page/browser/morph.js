/** What people do to an element belongs to them: the server never opens, closes or frees it. */
const THEIRS = new Set([
  "open",
  "aria-busy",
  "data-mended",
  "data-restored",
  "data-shown",
  "data-towards",
  "disabled",
]);

/**
 * Makes `old` look like `next` by changing only what differs, so that focus, scroll position, half-typed
 * text and opened folds stay. Children are matched by id; the content of `data-keep` belongs to the script.
 */
export function morph(old, next) {
  if (old.isEqualNode(next)) return;
  takeAttributes(old, next);
  if (!old.hasAttribute("data-keep")) takeChildren(old, next);
}

function takeAttributes(old, next) {
  for (const { name } of [...old.attributes]) {
    if (!next.hasAttribute(name) && !THEIRS.has(name)) old.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (!THEIRS.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function takeChildren(old, next) {
  removeUnwanted(old, next);
  const byId = new Map([...old.children].map((child) => [child.id, child]));
  let place = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const match = wanted.id ? byId.get(wanted.id) : sameKind(place, wanted);
    if (match !== undefined && match === place) place = place.nextSibling;
    else old.insertBefore(match ?? wanted, place);
    if (match !== undefined) take(match, wanted);
  }
  removeFrom(place);
}

/** First of all, so that what stays keeps its place and is not moved, which would cost it its focus. */
function removeUnwanted(old, next) {
  const wanted = new Set([...next.children].map((child) => child.id));
  for (const child of [...old.children]) {
    if (child.id !== "" && !wanted.has(child.id)) child.remove();
  }
}

function removeFrom(first) {
  let place = first;
  while (place !== null) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
}

function take(old, next) {
  if (old.nodeType === Node.ELEMENT_NODE) morph(old, next);
  else if (old.data !== next.data) old.data = next.data;
}

function sameKind(old, next) {
  if (old === null || old.nodeName !== next.nodeName || old.id) return undefined;
  return isKept(old) === isKept(next) ? old : undefined;
}

function isKept(node) {
  return node.nodeType === Node.ELEMENT_NODE && node.hasAttribute("data-keep");
}
