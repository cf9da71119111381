import { Agent, type Dispatcher, setGlobalDispatcher } from "undici";
import { stayingHere } from "./redirects.ts";

/** How long a site may take to begin its answer, and how long it may pause inside it. */
const TIME_LIMIT_MS = 15_000;
/** How long a connection may take to be there. */
const CONNECT_MS = 10_000;

const limited = new Set<string>();
let isInstalled = false;

/**
 * Gives every call to this origin a time limit, and lets none be sent to another one. jira.js and confluence.js call the global
 * `fetch` and know neither time limits nor signals nor redirects, so it is set where `fetch` gets its connections; calls to other origins (models answer slowly) stay as they are.
 */
export function limitTime(origin: string): void {
  limited.add(origin);
  if (isInstalled) return;
  isInstalled = true;
  setGlobalDispatcher(new Agent({ connect: { timeout: CONNECT_MS } }).compose(withLimits));
}

const withLimits: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  limited.has(String(options.origin))
    ? dispatch(
        { ...options, headersTimeout: TIME_LIMIT_MS, bodyTimeout: TIME_LIMIT_MS },
        stayingHere(options, handler),
      )
    : dispatch(options, handler);
