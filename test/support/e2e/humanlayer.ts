import { HumanLayer, type HumanLayerParams } from "@humanlayer/sdk";
import type { ApiStage } from "#test/support/api-stage.ts";

/** Where their client's base URL leads. */
export const AT = "/humanlayer/v1";

/** Their client as it is, with our address and a key of ours; it only looks more often than every three seconds. */
export async function humanLayer(
  { key: makeKey, app }: ApiStage,
  wish: HumanLayerParams = {},
  key?: string,
): Promise<HumanLayer> {
  return new HumanLayer({
    ...{ apiKey: key ?? (await makeKey({ name: "mail-agent" })), apiBaseUrl: `${app.url}${AT}` },
    sleep: () => new Promise((resolve) => setTimeout(resolve, 30)),
    ...wish,
  });
}

/** A channel or person to ask, in their words. */
export const slack = (channel_or_user_id: string) => ({ slack: { channel_or_user_id } });
