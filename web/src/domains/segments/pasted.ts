/** How many are sent at a time; the API takes no more. */
export const CHUNK = 1000;

/** What somebody pasted, one entry each: lines, or cells of a spreadsheet; each once. */
export function linesOf(text: string): string[] {
  const found = text
    .split(/[\n\r\t,;]+/)
    .map((each) => each.trim().replace(/^["'<]+|["'>]+$/g, ""));
  return [...new Set(found.filter((each) => each !== ""))];
}

export function chunksOf<T>(all: T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size));
  return chunks;
}
