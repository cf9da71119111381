type Read = (name: string) => Promise<string | null>;

/** Looks for one way to run tests; null where it is not there. */
type Finder = (files: ReadonlySet<string>, read: Read) => Promise<string | null>;

/** What npm writes into a new package.json. */
const PLACEHOLDER = /no test specified/;

/**
 * The shell line that runs a repository's tests, judged by the files that are committed; null where there is none. The
 * first that fits: package.json, Makefile, Cargo.toml, go.mod, pytest.
 */
export async function testCommandOf(files: ReadonlySet<string>, read: Read): Promise<string | null> {
  for (const find of [ofPackage, ofMakefile, ofCargo, ofGo, ofPytest]) {
    const line = await find(files, read);
    if (line !== null) return line;
  }
  return null;
}

const ofPackage: Finder = async (files, read) => {
  const manifest = files.has("package.json") ? readJson(await read("package.json")) : null;
  const script = inside(inside(manifest, "scripts"), "test");
  if (typeof script !== "string" || script.trim() === "" || PLACEHOLDER.test(script)) return null;
  if (files.has("pnpm-lock.yaml")) return "pnpm install --frozen-lockfile && pnpm test";
  if (files.has("yarn.lock")) return "yarn install --immutable && yarn test";
  // A worktree begins without node_modules.
  const needsPackages = ["dependencies", "devDependencies"].some((kind) => !isEmpty(inside(manifest, kind)));
  return needsPackages && files.has("package-lock.json") ? "npm ci && npm test" : "npm test";
};

const ofMakefile: Finder = async (files, read) => {
  const name = ["GNUmakefile", "makefile", "Makefile"].find((one) => files.has(one));
  const text = name === undefined ? null : await read(name);
  return text !== null && /^test[ \t]*:(?!=)/m.test(text) ? "make test" : null;
};

const ofCargo: Finder = async (files) => (files.has("Cargo.toml") ? "cargo test" : null);

const ofGo: Finder = async (files) => (files.has("go.mod") ? "go test ./..." : null);

const ofPytest: Finder = async (files, read) => {
  const configured = await Promise.all(
    PYTEST_CONFIGS.map(async ([name, sign]) => files.has(name) && sign.test((await read(name)) ?? "")),
  );
  const hasTests = [...files].some((name) => /(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(name));
  return configured.includes(true) || hasTests ? "pytest" : null;
};

const PYTEST_CONFIGS: readonly (readonly [string, RegExp])[] = [
  ["pytest.ini", /^\[pytest\]/m],
  ["pyproject.toml", /^\[tool\.pytest/m],
  ["setup.cfg", /^\[tool:pytest\]/m],
  ["tox.ini", /^\[pytest\]/m],
];

/** Null for what is no JSON: then it names no test command either. */
function readJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const inside = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

const isEmpty = (value: unknown): boolean =>
  typeof value !== "object" || value === null || Object.keys(value).length === 0;
