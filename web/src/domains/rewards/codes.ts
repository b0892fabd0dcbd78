/** How many codes the API takes at once. */
export const AT_ONCE = 1000;
const HEADS = new Set(["code", "codes", "voucher", "vouchers", "gutschein", "gutscheincode"]);

/** The codes in a text: one a line, of a table (CSV) the first column; a heading is left out. */
export function codesIn(text: string): string[] {
  const found = text
    .replace(/^\uFEFF/, "")
    .split(/\r\n|\r|\n/)
    .map((line) => cell(line))
    .filter((code) => code !== "");
  return HEADS.has(found[0]?.toLowerCase() ?? "") ? found.slice(1) : found;
}

function cell(line: string): string {
  const quoted = /^\s*"((?:[^"]|"")*)"/.exec(line);
  if (quoted) return (quoted[1] ?? "").replaceAll('""', '"').trim();
  return (line.split(/[,;\t]/)[0] ?? "").trim();
}

/** The codes in pieces that the API takes. */
export const pieces = (codes: string[]): string[][] =>
  Array.from({ length: Math.ceil(codes.length / AT_ONCE) }, (_, at) =>
    codes.slice(at * AT_ONCE, (at + 1) * AT_ONCE),
  );
