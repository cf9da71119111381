import { ask, busy } from "./tell.js";
import { me } from "./view.js";

let lookedAs = "";

/** Tells the app, by way of local-slack, that somebody opened its Home: that is when an app fills it. */
export async function openHome() {
  const home = document.querySelector("#main-home [data-surface]");
  const as = home === null ? "" : me();
  if (as === lookedAs) return;
  lookedAs = as;
  if (home !== null) await busy(home, () => ask(`home?${new URLSearchParams({ user: as })}`));
}
