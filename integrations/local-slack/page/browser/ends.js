const NEAR_END_PX = 60;

// Whether a list showed its newest message when the person last scrolled it. New lists begin there.
const isAtEnd = new WeakMap();

// Also a list that gets smaller, under a line of trouble or a keyboard, keeps its newest message in sight.
const sizes = new ResizeObserver(() => followEnds());

document.addEventListener(
  "scroll",
  ({ target }) => {
    if (isAtEnd.has(target))
      isAtEnd.set(target, target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_END_PX);
  },
  { capture: true, passive: true },
);

/** Shows the newest message of each list whose person has not scrolled up. */
export function followEnds() {
  for (const list of document.querySelectorAll("[data-stick]")) {
    if (!isAtEnd.has(list)) {
      isAtEnd.set(list, true);
      sizes.observe(list);
    }
    if (isAtEnd.get(list)) list.scrollTop = list.scrollHeight;
  }
}

/** Goes to the newest message of a list, wherever the person was. */
export function goToEnd(list) {
  isAtEnd.set(list, true);
  followEnds();
}
