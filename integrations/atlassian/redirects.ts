import type { Dispatcher } from "undici";

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** How a call fails whose site sends it to another one. */
export const SENT_ELSEWHERE = "SENT_ELSEWHERE";

/**
 * A call whose answer sends it to another address fails: `fetch` would go there, with what we write, to whatever host that is. Within
 * the same site it may go on.
 */
export function stayingHere(
  { origin, path }: Pick<Dispatcher.DispatchOptions, "origin" | "path">,
  handler: Dispatcher.DispatchHandler,
): Dispatcher.DispatchHandler {
  const asked = new URL(path, String(origin));
  return {
    onRequestStart: (...said) => handler.onRequestStart?.(...said),
    onRequestUpgrade: (...said) => handler.onRequestUpgrade?.(...said),
    onResponseStart(controller, status, headers, message) {
      const location = [headers["location"] ?? []].flat().join();
      if (REDIRECTS.has(status) && URL.parse(location, asked.href)?.origin !== asked.origin)
        controller.abort(Object.assign(new Error("sent elsewhere"), { code: SENT_ELSEWHERE }));
      else handler.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (...said) => handler.onResponseData?.(...said),
    onResponseEnd: (...said) => handler.onResponseEnd?.(...said),
    onResponseError: (...said) => handler.onResponseError?.(...said),
  };
}
