import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useApiStage } from "#test/support/api-stage.ts";
import { describeInChromium, startChromium } from "#test/support/chromium.ts";
import { testDatabase } from "#test/support/postgres.ts";

const stage = useApiStage(await testDatabase());

describeInChromium("The page at /docs", () => {
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
    page = await browser.newPage();
    page.on("request", (request) => asked.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${stage().app.url}/docs`);
  });
  afterAll(() => browser.close());

  test("tries a call with one's key, and shows what came back", async () => {
    const answer = page.locator("#createRequest .answer");
    await page.locator("#createRequest > summary").click();
    await page.locator("#createRequest button").click();
    await answer.getByText("401 Unauthorized").waitFor();
    await page.fill("#key", await stage().key());
    await page.locator("#createRequest textarea").fill('{"title": "From the page"}');
    await page.locator("#createRequest button").click();
    await answer.getByText("201 Created").waitFor();
    const id = /"id": "([^"]+)"/.exec((await answer.textContent()) ?? "")?.[1] ?? "";
    await page.locator("#getRequest > summary").click();
    await page.locator('#getRequest input[name="id"]').fill(id);
    await page.locator("#getRequest button").click();
    await page.locator("#getRequest .answer").getByText('"title": "From the page"').waitFor();
  });

  test("is no wider than a phone, even with an operation open", async () => {
    await page.setViewportSize({ width: 400, height: 850 });
    const open = "for (const one of document.querySelectorAll('.operation')) one.open = true";
    for (const change of ["0", open]) {
      await page.evaluate(change);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    }
  });

  test("asks nobody but this server, and breaks none of its own rules", () => {
    expect(asked.filter((url) => !url.startsWith(`${stage().app.url}/`))).toEqual([]);
    expect(complaints.filter((text) => !text.includes("401"))).toEqual([]);
  });
});
