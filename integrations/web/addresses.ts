import ipaddr from "ipaddr.js";

/** What an address is to us. `never`: link-local, clouds' metadata, multicast, everything that no server has. */
type Reach = "public" | "private" | "never";

/** Private ranges, which an operator may open (CALLBACK_ALLOW_PRIVATE). */
const PRIVATE: readonly string[] = ["loopback", "private", "uniqueLocal"];
/** Where clouds hand out a machine's own credentials, outside the link-local range. */
const METADATA: readonly string[] = ["fd00:ec2::254", "168.63.129.16"].map((text) =>
  ipaddr.parse(text).toString(),
);
/** All that is given out to the world as IPv6. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR("2000::/3");
/** Translators put an IPv4 address behind these 96 bits, so it is that one's reach that counts. */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/** Names that nobody outside can have: what they lead to is looked at when it is called. */
const INSIDE = /^[^.]+\.?$|\.(?:localhost|local|internal|lan|home\.arpa|test)\.?$/;

/** How an address may be reached, however it is written: "127.0.0.1", "::ffff:7f00:1", "64:ff9b::7f00:1". */
export function reachOf(text: string): Reach {
  const written = inGroups(text);
  if (!ipaddr.isValid(written)) return "never";
  const address = plain(ipaddr.process(written));
  if (METADATA.includes(address.toString())) return "never";
  const range = address.range();
  if (PRIVATE.includes(range)) return "private";
  const isGlobal = address instanceof ipaddr.IPv4 || address.match(GLOBAL_V6);
  return range === "unicast" && isGlobal ? "public" : "never";
}

/** An IPv6 address whose end is written like an IPv4 one, all in groups: ipaddr.js takes "::8.8.8.8" for 8.8.8.8. */
function inGroups(text: string): string {
  if (!text.includes(":") || !text.includes(".")) return text;
  return URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1) ?? "";
}

function plain(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  if (address instanceof ipaddr.IPv4 || !address.match(NAT64)) return address;
  return new ipaddr.IPv4(address.toByteArray().slice(-4));
}

/** Where a post may go. Null is yes; else why not, as the rest of a sentence about the address. */
export function whyNotAddress(address: string, url: URL, allowPrivate: boolean): string | null {
  const reach = reachOf(address);
  if (reach === "never") return "is none that a server outside has (link-local, metadata or reserved)";
  if (reach === "private" && !allowPrivate)
    return "is private, and only public addresses are called (CALLBACK_ALLOW_PRIVATE=1 allows private ones)";
  if (url.protocol !== "https:" && reach !== "private") return "is public, so it must be called by https";
  return null;
}

/**
 * Whether an address can be called at all, before its name is looked up. Null is yes; else why not, as the rest of a
 * sentence about it. URL parsers read "http://2130706433" and "http://0x7f.1" as 127.0.0.1, and so do we.
 */
export function whyNotUrl(text: string, allowPrivate: boolean): string | null {
  const url = URL.parse(text);
  if (url === null) return "must be a web address, such as https://agents.example.com/resume";
  if (!["https:", ...(allowPrivate ? ["http:"] : [])].includes(url.protocol))
    return `must begin with https://${howToTry(url)}`;
  if (url.username !== "" || url.password !== "")
    return "must hold no user and no password: the signature shows that we call";
  const literal = literalOf(url);
  if (url.protocol === "http:" && literal === null && !isInside(url))
    return "must begin with https://: only loopback and private addresses are called by http";
  const why = literal === null ? null : whyNotAddress(literal, url, allowPrivate);
  return why === null ? null : `leads to ${literal}, which ${why}`;
}

/** Whether it says by itself that it leads to this machine or this network. */
function isInside(url: URL): boolean {
  const literal = literalOf(url);
  return literal === null ? INSIDE.test(url.hostname) : reachOf(literal) === "private";
}

/** Whoever tries it on one machine is told how. */
const howToTry = (url: URL): string =>
  url.protocol === "http:" && isInside(url)
    ? " and be public; to try it on one machine, start Countersign with CALLBACK_ALLOW_PRIVATE=1"
    : "";

/** The address in a URL that names no host but an address; null where a name must be looked up. */
export function literalOf({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(bare) ? bare : null;
}
