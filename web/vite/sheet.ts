import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "vite";

const MANTINE = "node_modules/@mantine/core";
const ADDED = ["dates", "notifications", "spotlight"].map(
  (name) => `node_modules/@mantine/${name}`,
);
const IMPORT = /import\s+(?:type\s+)?(?:\w+|\{([^}]*)\})\s*from\s*"([^"]+)"/g;
const CLASS = /m_[0-9a-f]+/g;
/** Variables and what is said of elements, not of components. */
const ALWAYS = ["default-css-variables.css", "baseline.css", "global.css"];

const read = (file: string) => readFileSync(file, "utf8");

function importsOf(file: string): { names: string[]; from: string }[] {
  return [...read(file).matchAll(IMPORT)].map(([, names, from]) => ({
    names: (names ?? "").split(",").map((name) => name.trim().split(/ as /)[0]!),
    from: from!,
  }));
}

function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => path.join(folder, name));
}

/** Return the classes of all components that the sources use, and of what those are made of. */
function classesUsed(root: string): Set<string> {
  const index = path.join(root, MANTINE, "esm/index.mjs");
  const homes = new Map(importsOf(index).flatMap(({ names, from }) => names.map((n) => [n, from])));
  const users = [
    ...filesBelow(path.join(root, "src"), /\.tsx?$/),
    ...ADDED.flatMap((folder) => filesBelow(path.join(root, folder, "esm"), /\.mjs$/)),
  ];
  const names = users
    .flatMap(importsOf)
    .filter(({ from }) => from === "@mantine/core")
    .flatMap((found) => found.names);
  const seen = new Set<string>();
  const classes = new Set<string>();
  const visit = (from: string | undefined, by: string) => {
    if (!from?.startsWith(".")) return;
    const file = path.resolve(path.dirname(by), from);
    if (seen.has(file)) return;
    seen.add(file);
    if (file.endsWith(".module.mjs"))
      (read(file).match(CLASS) ?? []).forEach((c) => classes.add(c));
    for (const each of importsOf(file)) visit(each.from, file);
  };
  for (const name of names) visit(homes.get(name), index);
  return classes;
}

/** Return Mantine's style sheet without the components that nobody uses, in Mantine's order. */
export function sheetOf(root: string): string {
  const whole = read(path.join(root, MANTINE, "styles.css"));
  const used = classesUsed(root);
  const folder = path.join(root, MANTINE, "styles");
  const parts = filesBelow(folder, /(?<!\.layer)\.css$/)
    .filter((file) => !ALWAYS.includes(path.basename(file)))
    .map(read)
    .filter((text) => text.match(CLASS)?.some((name) => used.has(name)))
    .map((text) => ({ text, place: whole.indexOf(text.match(CLASS)![0]) }))
    .sort((a, b) => a.place - b.place);
  const always = ALWAYS.map((name) => read(path.join(folder, name)));
  return [...always, ...parts.map(({ text }) => text)].join("\n");
}

/** Let `@mantine/core/styles.css` hold what is used; nobody has to list it. */
export function mantineSheet(): Plugin {
  let root = "";
  return {
    name: "laurels:mantine-sheet",
    apply: "build",
    enforce: "pre",
    configResolved: (config) => {
      root = config.root;
    },
    load: (id) => (id.endsWith("/@mantine/core/styles.css") ? sheetOf(root) : null),
  };
}
