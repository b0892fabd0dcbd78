import path from "node:path";
import type { Rule } from "eslint";

/** What each part may import besides itself. The same order as in Python: from below only. */
const BELOW: Record<string, string[]> = {
  app: ["domains", "ui", "api"],
  domains: ["ui", "api"],
  ui: ["api"],
  api: [],
};

interface Place {
  part: string;
  /** The room of a domain, the face of the app. */
  inside: string | undefined;
  /** Below the room or face; empty for what it shows to others. */
  rest: string;
}

function placeOf(file: string, root: string): Place | null {
  const [part, inside, ...rest] = path.relative(root, file).split(path.sep);
  if (part === undefined || !(part in BELOW)) return null;
  return { part, inside, rest: rest.join("/") };
}

function fault(from: Place, to: Place): string | null {
  if (from.part !== to.part)
    return BELOW[from.part]!.includes(to.part)
      ? null
      : `"${from.part}" may not import "${to.part}": the order is app, domains, then ui and api.`;
  if (to.inside === from.inside || to.rest === "") return null;
  if (to.part === "domains" && !/^index(\.ts)?$/.test(to.rest))
    return `"${to.inside}" is another room: import what its index.ts offers, or move it to ui/.`;
  if (to.part === "app" && from.rest !== "")
    return `"${to.inside}" is another face: what both need belongs into src/app itself.`;
  return null;
}

/** Hold the order of the parts; it follows relative paths and the alias `@/`. */
export const order: Rule.RuleModule = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const root = path.join(context.cwd, "src");
    const from = placeOf(context.filename, root);
    if (from === null) return {};
    const check = (node: Rule.Node, source: unknown) => {
      if (typeof source !== "string") return;
      const file = source.startsWith("@/")
        ? path.join(root, source.slice(2))
        : source.startsWith(".")
          ? path.resolve(path.dirname(context.filename), source)
          : null;
      const to = file === null ? null : placeOf(file, root);
      const message = to === null ? null : fault(from, to);
      if (message !== null) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) =>
        check(node, node.source.type === "Literal" ? node.source.value : null),
    };
  },
};
