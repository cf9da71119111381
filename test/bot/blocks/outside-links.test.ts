import { describe, expect, test } from "vitest";
import { goalCard } from "#bot/slack/blocks/goal-card.ts";
import { homeView } from "#bot/slack/blocks/home.ts";
import { outsideLinks } from "#bot/slack/blocks/outside-links.ts";
import { resultCard } from "#bot/slack/blocks/result-card.ts";
import { checkView } from "#integrations/local-slack/blocks/check-view.ts";
import { aDoneRelease, aRelease, CONTEXT } from "#test/support/card-states.ts";

const links = [
  { label: "PAY-1", url: "https://acme.atlassian.net/browse/PAY-1" },
  { label: "Confluence page", url: "https://acme.atlassian.net/wiki/spaces/ENG/pages/7" },
];
const shown =
  "<https://acme.atlassian.net/browse/PAY-1|PAY-1> · <https://acme.atlassian.net/wiki/spaces/ENG/pages/7|Confluence page>";
const week = { goalsDone: 0, goalsEnded: 0, medianAnswerMs: null, modelCalls: 0, modelTokens: 0 };

describe("where a goal is shown outside", () => {
  test("is linked on its card, and on its result", () => {
    const context = { ...CONTEXT, outside: links };
    expect(JSON.stringify(goalCard({ run: aRelease(), questions: [] }, context).blocks)).toContain(shown);
    expect(JSON.stringify(resultCard(aDoneRelease(), context).blocks)).toContain(shown);
    expect(JSON.stringify(goalCard({ run: aRelease(), questions: [] }, CONTEXT).blocks)).not.toContain(
      "PAY-1",
    );
  });

  test("is linked on the Home of who started it", () => {
    const state = { waiting: [], started: [aDoneRelease()], running: [], agents: [], week };
    const view = homeView(state, { ...CONTEXT, linkOf: () => undefined, outsideOf: () => links });
    expect(checkView(view).flaws).toEqual([]);
    expect(JSON.stringify(view.blocks)).toContain(shown);
  });

  test("is no link where a browser would not open it, and nothing in it ends the link early", () => {
    const odd = (url: string) => outsideLinks([{ label: "a|b<!channel>", url }]);
    expect(odd("javascript:alert(1)")).toEqual([]);
    expect(odd("no address")).toEqual([]);
    const [line = ""] = odd("https://acme.example/a|b>c?d=<!channel>");
    expect(line.match(/[<>]/g)).toEqual(["<", ">"]);
    expect(line).toMatch(/^<https:\/\/acme\.example\/a%7Cb%3Ec\?d=%3C!channel%3E\|/);
  });
});
