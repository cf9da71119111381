import type { State } from "../state.ts";
import type { Stack, View } from "./records.ts";

/** The modal that a person sees: the one on top. */
export function openModal(state: State, user: string): View | undefined {
  return state.stacks.get(user)?.views.at(-1);
}

/** A view that is open somewhere, and whose it is. */
export function findView(
  state: State,
  matches: (view: View) => boolean,
): { readonly user: string; readonly view: View } | undefined {
  for (const { user, views } of state.stacks.all()) {
    const view = views.find(matches);
    if (view !== undefined) return { user, view };
  }
  for (const person of state.people.all()) {
    const home = state.homes.get(person.id);
    if (home !== undefined && matches(home)) return { user: person.id, view: home };
  }
  return undefined;
}

/** Shows a modal alone, in the place of all that were open. */
export function startStack(state: State, user: string, view: View): void {
  putStack(state, { user, views: [view] });
}

/** Lays a modal on top of those that are open. */
export function pushView(state: State, user: string, view: View): void {
  putStack(state, { user, views: [...(state.stacks.get(user)?.views ?? []), view] });
}

/** Puts a changed view in the place of the one with the same id: a modal of the person, or their Home. */
export function replaceView(state: State, user: string, view: View): void {
  if (view.type === "home") {
    state.change({ user }, () => state.homes.put(user, view));
    return;
  }
  const views = state.stacks.get(user)?.views ?? [];
  putStack(state, { user, views: views.map((open) => (open.id === view.id ? view : open)) });
}

/** Closes one modal and whatever lies on top of it. */
export function closeView(state: State, user: string, viewId: string): void {
  const views = state.stacks.get(user)?.views ?? [];
  const index = views.findIndex((view) => view.id === viewId);
  putStack(state, { user, views: index === -1 ? views : views.slice(0, index) });
}

/** Closes all modals of a person. */
export function closeAll(state: State, user: string): void {
  putStack(state, { user, views: [] });
}

function putStack(state: State, stack: Stack): void {
  state.change({ user: stack.user }, () => {
    if (stack.views.length === 0) state.stacks.remove(stack.user);
    else state.stacks.put(stack.user, stack);
  });
}
