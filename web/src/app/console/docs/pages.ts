const SOURCES = import.meta.glob<string>(
  [
    "../../../../../docs/*.md",
    "../../../../../docs/{concepts,recipes,operating,reference}/*.md",
    // Every route, which /docs shows better.
    "!**/reference/api.md",
  ],
  { query: "?raw", import: "default" },
);

const FOLDER = "/docs/";

/** Pages of the documentation by their place below `docs/`, each a chunk of its own. */
const PAGES = new Map(
  Object.entries(SOURCES).map(([path, load]) => [
    path.slice(path.indexOf(FOLDER) + FOLDER.length),
    load,
  ]),
);

/** The text of a page; null where there is none. */
export const textOf = (page: string): Promise<string | null> =>
  PAGES.get(page)?.() ?? Promise.resolve(null);

type Address = { is: "page"; page: string; hash?: string } | { is: "outside"; to: string };

/** Where a link of a page leads: to another page, outside, or to what no server has. */
export function addressOf(to: string, page: string): Address | null {
  if (/^https?:/.test(to)) return { is: "outside", to };
  const url = new URL(to, `http://docs/${page}`);
  const found = url.pathname.slice(1);
  if (found === "reference/api.md") return { is: "outside", to: "/docs" };
  if (!PAGES.has(found)) return null;
  return { is: "page", page: found, ...(url.hash && { hash: url.hash.slice(1) }) };
}
