import { expect, it, onTestFinished } from "vitest";
import { OutsideFailure } from "#engine/errors.ts";
import { openConfluence } from "#integrations/confluence/confluence.ts";
import { ConfluenceSettings } from "#integrations/confluence/settings.ts";
import { startConfluence } from "#test/support/atlassian/confluence.ts";
import { withContracts } from "#test/support/atlassian/contracts.ts";

withContracts("a Confluence that takes a call and never answers", () => {
  it("is given up after 15 seconds, and what it did all the same is found", { timeout: 60_000 }, async () => {
    const wiki = await startConfluence({ limits: "none" });
    onTestFinished(() => wiki.close());
    const { email, token } = wiki.credentials;
    const settings = ConfluenceSettings.parse({ url: wiki.url, username: email, space: "ENG" });
    const port = openConfluence({ settings, token });
    wiki.faults.hangAfter("createPage");
    const began = performance.now();
    const failure: unknown = await port
      .create({ title: "Run", body: "<p>a</p>" })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OutsideFailure);
    expect(String(failure)).toContain("does not answer in time");
    expect(performance.now() - began).toBeGreaterThan(14_000);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(await port.findByTitle("Run")).toMatchObject({ body: "<p>a</p>" });
    await expect(port.create({ title: "Run", body: "<p>a</p>" })).rejects.toMatchObject({
      code: "title_taken",
    });
    expect(wiki.pages()).toHaveLength(1);
  });
});
