// Each form makes one call to this same server, and shows what comes back as text.

const MOST_SHOWN = 100_000;
const key = document.querySelector("#key");
const underWay = new Map();

for (const form of document.querySelectorAll("form.try"))
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(form);
  });

async function send(form) {
  underWay.get(form)?.abort();
  const stop = new AbortController();
  underWay.set(form, stop);
  const answer = form.querySelector(".answer");
  answer.hidden = false;
  answer.textContent = "…";
  try {
    const { url, ...asked } = toRequest(form);
    const response = await fetch(url, { ...asked, signal: stop.signal });
    const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
    const head = `${response.status} ${response.statusText}\n${headers}\n\n`;
    answer.textContent = head;
    await showBody(response, (text) => {
      answer.textContent = (head + text).slice(0, MOST_SHOWN);
    });
  } catch (error) {
    if (!stop.signal.aborted) answer.textContent = String(error);
  }
}

function toRequest(form) {
  const headers = key.value === "" ? {} : { authorization: `Bearer ${key.value.trim()}` };
  const query = new URLSearchParams();
  let url = form.dataset.path;
  for (const { name, value, dataset } of form.querySelectorAll("input"))
    if (dataset.in === "path") url = url.replace(`{${name}}`, encodeURIComponent(value));
    else if (value !== "" && dataset.in === "query") query.set(name, value);
    else if (value !== "") headers[name] = value;
  const body = form.querySelector("textarea")?.value.trim();
  if (body) headers["content-type"] = "application/json";
  return {
    url: query.size > 0 ? `${url}?${query}` : url,
    method: form.dataset.method,
    headers,
    ...(body ? { body } : {}),
  };
}

/** As it comes: a stream is shown while it goes on; sending again ends it. */
async function showBody(response, show) {
  let text = "";
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
    text += part.value;
    show(text);
  }
  if (/json/.test(response.headers.get("content-type") ?? ""))
    show(JSON.stringify(JSON.parse(text), null, 2));
}
