import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { describe } from "vitest";

const PATH = "/usr/bin/chromium";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A suite that needs Chromium. Where there is none it says so and is skipped; under `CI=true` it must run. */
export function describeInChromium(name: string, suite: () => void): void {
  if (existsSync(PATH) || process.env["CI"] === "true") {
    describe(name, suite);
    return;
  }
  process.stderr.write(`${name}: skipped: no Chromium\n`);
  describe.skip(`${name} (skipped: no Chromium)`, suite);
}

/** A headless Chromium that talks to nobody but the tests. The caller closes it. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: FLAGS });
}
