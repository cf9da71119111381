import { request } from "node:http";
import { text } from "node:stream/consumers";

/** What a program that is no browser and no fetch may send: any header as it likes, `Host` too. */
export async function plainCall(
  url: string,
  asked: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: string;
  } = {},
): Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}> {
  const { method = "GET", headers = {}, body } = asked;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { ...headers } as Record<string, string>, agent: false });
    sent.on("error", reject);
    sent.on("response", (response) => {
      text(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: read }),
        reject,
      );
    });
    sent.end(body);
  });
}
