import type { Reader } from "#integrations/local-slack/page/text/reader.ts";

/** Alice in UTC, on 21 November 2025 at 08:00, with the people and channels that local-slack begins with. */
export const READER: Reader = {
  id: "U01ALICE",
  timeZone: "UTC",
  nowSeconds: 1_763_712_000,
  people: [
    { id: "U01ALICE", name: "Alice" },
    { id: "U02BOB", name: "Bob" },
    { id: "U03CAROL", name: "Carol" },
    { id: "U04DAVE", name: "Dave" },
  ],
  bots: [{ id: "UCSIGN01", name: "Countersign" }],
  channels: [
    { id: "C01GENERAL", name: "general" },
    { id: "C02DEPLOYS", name: "deploys" },
  ],
  groups: [{ id: "S01LEADS", name: "leads", members: ["U03CAROL", "U04DAVE"] }],
};
