import type { KnownBlock } from "@slack/types";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { startChromium } from "./chromium.ts";
import { type PageBot, startPageBot } from "./page-bot.ts";
import { type RunningSlack, startSlack } from "./page-slack.ts";

const GENERAL = "C01GENERAL";

/** A browser, local-slack and an app behind it, fresh for each test. A test in which the page had trouble fails. */
export type Stage = {
  readonly page: Page;
  readonly bot: PageBot;
  /** Opens the page as this query says; from then on a reload would be seen. */
  open(query?: string): Promise<void>;
  isSamePage(): Promise<boolean>;
  /** The app posts in #general, or where `more` says. */
  post(more: {
    readonly channel?: string;
    readonly text?: string;
    readonly blocks?: KnownBlock[];
    readonly thread_ts?: string;
  }): Promise<{ ts: string }>;
  /** Puts a message of the app into #general without asking anybody, so without rate limits. */
  put(draft: {
    readonly text: string;
    readonly blocks: readonly object[];
    readonly thread_ts?: string;
  }): void;
  box(): Locator;
  message(text: string): Locator;
  /** By how many pixels the page is wider than its window. */
  overflow(): Promise<number>;
};

/** Registers what comes before and after each test of a suite. */
export function useStage(): Stage {
  let browser: Browser;
  let bot: PageBot;
  let slack: RunningSlack;
  let page: Page;
  let trouble: string[];

  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    bot = await startPageBot();
    slack = await startSlack(bot.url);
    bot.connect(`${slack.url}/local/slack/api/`, slack.botToken);
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      timezoneId: "Europe/Berlin",
    });
    // Shorter than a test's own limit, so that what is missing is named.
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    trouble = [];
    page.on("pageerror", (error) => trouble.push(error.message));
    page.on("console", (line) => {
      // A refused act is a 4xx, which browsers log by themselves.
      if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
        trouble.push(line.text());
    });
  });
  afterEach(async () => {
    await page.context().close();
    await slack.close();
    await bot.close();
    expect(trouble).toEqual([]);
  });

  return {
    get page() {
      return page;
    },
    get bot() {
      return bot;
    },
    async open(query = "") {
      await page.goto(`${slack.url}/local${query}`);
      await page.evaluate("globalThis.isSamePage = true");
    },
    isSamePage: async () => (await page.evaluate("globalThis.isSamePage === true")) === true,
    async post(more) {
      const posted = await bot.client().chat.postMessage({ channel: GENERAL, text: "Goal", ...more });
      return { ts: posted.ts ?? "" };
    },
    put: (draft) => slack.put(GENERAL, draft),
    box: () => page.getByRole("textbox", { name: /^Message #general/ }),
    message: (text) => page.locator("li.message", { hasText: text }),
    overflow: async () => Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth")),
  };
}
