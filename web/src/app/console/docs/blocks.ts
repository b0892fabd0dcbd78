/** The Markdown that our documentation is written in, as a tree; what it does not use is left out. */
export type Block =
  | { is: "heading"; level: number; text: string; id: string }
  | { is: "code"; text: string }
  | { is: "table"; head: string[]; rows: string[][] }
  | { is: "list"; ordered: boolean; items: Block[][] }
  | { is: "paragraph"; text: string };

const FENCE = /^```/;
const HEADING = /^(#{1,6}) (.*)$/;
const ITEM = /^([-*]|\d+\.) +/;
const RULE = /^\|[-:| ]+\|$/;

/** The name of a heading in addresses: `Three minutes` is `#three-minutes`. */
export const idOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

export function blocksOf(text: string): Block[] {
  const lines = text.replace(/<!--[\s\S]*?-->\n?/g, "").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const line = () => lines[at] ?? "";
  const takeWhile = (goesOn: () => boolean): string[] => {
    const from = at;
    while (at < lines.length && goesOn()) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const heading = HEADING.exec(line());
    if (line().trim() === "") at += 1;
    else if (FENCE.test(line())) {
      at += 1;
      blocks.push({ is: "code", text: takeWhile(() => !FENCE.test(line())).join("\n") });
      at += 1;
    } else if (heading) {
      const [, marks = "", words = ""] = heading;
      blocks.push({ is: "heading", level: marks.length, text: words, id: idOf(words) });
      at += 1;
    } else if (line().startsWith("|") && RULE.test(lines[at + 1] ?? "")) {
      const [head = [], , ...rows] = takeWhile(() => line().startsWith("|")).map(cellsOf);
      blocks.push({ is: "table", head, rows });
    } else if (ITEM.test(line())) blocks.push(listFrom(takeWhile(() => goesOnAsList(lines, at))));
    else {
      const starts = () => [HEADING, FENCE, ITEM].some((begin) => begin.test(line()));
      const first = at;
      const words = takeWhile(() => line().trim() !== "" && (at === first || !starts()));
      blocks.push({ is: "paragraph", text: words.map((each) => each.trim()).join(" ") });
    }
  }
  return blocks;
}

/** An item, what is indented below it, or a gap between two of them. */
function goesOnAsList(lines: string[], at: number): boolean {
  const line = lines[at] ?? "";
  if (line.trim() !== "") return ITEM.test(line) || line.startsWith("  ");
  const next = lines[at + 1] ?? "";
  return ITEM.test(next) || next.startsWith("  ");
}

function listFrom(lines: string[]): Block {
  const items: string[][] = [];
  for (const line of lines) {
    const begin = ITEM.exec(line);
    if (begin) items.push([line.slice(begin[0].length)]);
    else items.at(-1)?.push(line.replace(/^ {2,3}/, ""));
  }
  const ordered = /^\d/.test(lines[0] ?? "");
  return { is: "list", ordered, items: items.map((item) => blocksOf(item.join("\n"))) };
}

/** The cells of a row; a bar within code or behind a backslash belongs to its cell. */
const cellsOf = (row: string) =>
  (row.slice(1).match(/((?:`[^`]*`|\\\||[^|])*)\|/g) ?? []).map((cell) =>
    cell.slice(0, -1).replaceAll("\\|", "|").trim(),
  );

export type Piece =
  | { is: "text" | "code" | "strong" | "emphasis"; text: string }
  | { is: "link"; text: string; to: string };

const PIECES = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g;

/** A sentence in its pieces. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    if (match.index > end) pieces.push({ is: "text", text: text.slice(end, match.index) });
    end = match.index + match[0].length;
    const [, code, words, to, strong, emphasis] = match;
    if (code !== undefined) pieces.push({ is: "code", text: code });
    else if (to !== undefined) pieces.push({ is: "link", text: words ?? to, to });
    else if (strong !== undefined) pieces.push({ is: "strong", text: strong });
    else pieces.push({ is: "emphasis", text: emphasis ?? "" });
  }
  if (end < text.length) pieces.push({ is: "text", text: text.slice(end) });
  return pieces;
}
