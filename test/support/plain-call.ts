import { request } from "node:http";
import { text } from "node:stream/consumers";
import { checkAnswer } from "./watch-answers.ts";

type PlainAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
};

/**
 * What a program that is no browser and no fetch may send: any header as it likes, `Host` too. What a stage's app answers is
 * held against its document.
 */
export async function plainCall(
  url: string,
  asked: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | readonly string[]>>;
    readonly body?: string;
  } = {},
): Promise<PlainAnswer> {
  const { method = "GET", headers = {}, body } = asked;
  const answer = await new Promise<PlainAnswer>((resolve, reject) => {
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
  if (answer.status === 400 && answer.text === "") return answer; // node's own: what has no possible Host reaches no door
  const told = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
  await checkAnswer(url, { ...answer, method, headers: new Headers(told) });
  return answer;
}
