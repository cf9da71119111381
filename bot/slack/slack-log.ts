import { LogLevel, type Logger as SlackLogger } from "@slack/bolt";
import type { Logger } from "../logger.ts";

/** Bolt's own lines in our log: its warnings and errors, without the rest. */
export function toSlackLog(log: Logger): SlackLogger {
  const say = (...words: unknown[]) => words.map(String).join(" ");
  return {
    debug: () => {},
    info: () => {},
    warn: (...words) => log.warn(`bolt: ${say(...words)}`),
    error: (...words) => log.error(`bolt: ${say(...words)}`),
    setLevel: () => {},
    getLevel: () => LogLevel.WARN,
    setName: () => {},
  };
}
