import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** Where Atlassian's own OpenAPI documents lie. */
type Contracts = { readonly jira: string; readonly confluence: string };

const beside = new URL("../../../../shared/contracts/", import.meta.url);

/** Atlassian's documents, which are not ours to ship: null where they are missing, and that is an error on CI. */
export function contracts(folder: URL = beside): Contracts | null {
  const at = (name: string) => fileURLToPath(new URL(name, folder));
  const found = { jira: at("jira-cloud-v3.json"), confluence: at("confluence-cloud-v2.json") };
  if (existsSync(found.jira) && existsSync(found.confluence)) return found;
  if (process.env["CI"] === "true") throw new Error(`no contract documents at ${found.jira}; CI needs them`);
  return null;
}

/** Tests that need the documents. Where they are missing one test says so and is skipped. */
export function withContracts(name: string, tests: () => void): void {
  if (contracts()) return void describe(name, tests);
  describe(name, () => {
    it("runs against Atlassian's documents", (context) => context.skip("skipped: no contract documents"));
  });
}
