import { describe, expect, test } from "vitest";
import { reachOf, whyNotUrl } from "#integrations/web/addresses.ts";

describe("An address is", () => {
  test.each([
    ...["93.184.216.34", "8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1"],
    ...["2606:2800:220:1::1", "2a00:1450:4001:81b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"],
  ])("public: %s", (address) => expect(reachOf(address)).toBe("public"));

  test.each([
    ...["127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    ...["::1", "0:0:0:0:0:0:0:1", "fc00::1", "fd12:3456:789a::1"],
    ...["::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1"],
  ])("private: %s", (address) => expect(reachOf(address)).toBe("private"));

  test.each([
    // Nobody, everybody, some.
    ...["0.0.0.0", "0.1.2.3", "255.255.255.255", "224.0.0.1", "239.1.2.3", "240.0.0.1", "::", "ff02::1"],
    // Link-local, and where clouds hand out credentials.
    ...["169.254.0.1", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fec0::1", "fd00:ec2::254"],
    ...["FD00:0EC2:0:0::254", "168.63.129.16", "192.0.0.192", "100.100.100.200", "100.64.0.1"],
    // Reserved, for documentation, for benchmarks.
    ...["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "2001:db8::1", "3fff::1", "100::1"],
    // Others hidden in IPv6.
    ...["::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254", "64:ff9b:1::7f00:1"],
    ...[
      "2002:7f00:1::",
      "2002:a9fe:a9fe::",
      "2001:0:4136:e378:8000:63bf:3fff:fdd2",
      "::127.0.0.1",
      "::7f00:1",
    ],
    ...["", "localhost", "127.0.0.1/8", "example.com"],
  ])("none that is called, whatever is allowed: %s", (address) => expect(reachOf(address)).toBe("never"));
});

describe("A URL is refused before anybody looks its name up,", () => {
  const loopback = [
    ...[
      "https://127.0.0.1/",
      "https://127.1/",
      "https://0x7f.1/",
      "https://0177.0.0.1/",
      "https://2130706433/",
    ],
    ...["https://0x7f000001/", "https://127.0.0.1./", "https://[::1]/", "https://[0:0:0:0:0:0:0:1]:8443/"],
    ...["https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/"],
    ...["https://１２７.0.0.1/", "https://127。0。0。1/", "https://10.1.2.3/", "https://[fd00::1]/"],
  ];
  test.each(loopback)("where it leads to a private address, however that is written: %s", (url) => {
    expect(whyNotUrl(url, false)).toMatch(/^leads to \S+, which is private, and only public addresses/);
    expect(whyNotUrl(url, true)).toBeNull();
    expect(whyNotUrl(url.replace("https:", "http:"), true)).toBeNull();
  });

  test.each([
    ...["http://169.254.169.254/latest/meta-data/", "https://2852039166/", "https://0xa9fea9fe/"],
    ...["https://[::ffff:169.254.169.254]/", "https://[fe80::1]/", "https://0.0.0.0/", "https://[::]/"],
    ...["https://0/", "https://[fd00:ec2::254]/", "https://224.0.0.1/"],
  ])(
    "where it leads to link-local, metadata or reserved addresses, even with private ones allowed: %s",
    (url) => expect(whyNotUrl(url, true)).toMatch(/which is none that a server outside has/),
  );

  test.each([
    ["http://agents.example.com/", "must begin with https://"],
    ["ftp://agents.example.com/", "must begin with https://"],
    ["file:///etc/passwd", "must begin with https://"],
    ["gopher://127.0.0.1:6379/_FLUSHALL", "must begin with https://"],
    ["javascript:alert(1)", "must begin with https://"],
    ["https://bob@agents.example.com/", "must hold no user"],
    ["https://:geheim@agents.example.com/", "must hold no user"],
    ["agents.example.com/resume", "must be a web address"],
    ["https://", "must be a web address"],
    ["", "must be a web address"],
    ["https://256.256.256.256/", "must be a web address"],
  ])("where it is none that we call: %s", (url, why) => {
    expect(whyNotUrl(url, false)).toMatch(why);
    expect(whyNotUrl(url, true)).not.toBeNull();
  });

  test("by http only inside, where that is allowed at all", () => {
    for (const url of [
      "http://localhost:3000/",
      "http://agent:8080/resume",
      "http://ci.internal/",
      "http://10.0.0.1/",
    ])
      expect([whyNotUrl(url, true), whyNotUrl(url, false)]).toEqual([
        null,
        expect.stringMatching(/^must begin with https:.* start Countersign with CALLBACK_ALLOW_PRIVATE=1$/),
      ]);
    expect(whyNotUrl("http://169.254.169.254/", false)).toBe("must begin with https://");
    expect(whyNotUrl("http://example.com/", true)).toMatch(/^must begin with https:\/\/: only loopback/);
    expect(whyNotUrl("http://93.184.216.34/", true)).toMatch(/is public, so it must be called by https/);
  });

  test("and else is not: the name is looked up when it is called", () => {
    for (const url of [
      "https://agents.example.com/resume?x=1#y",
      "https://localhost/",
      "https://[2606:2800:220:1::1]/",
    ])
      expect(whyNotUrl(url, false)).toBeNull();
  });
});
