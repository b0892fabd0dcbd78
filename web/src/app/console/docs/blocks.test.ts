import { describe, expect, it } from "vitest";
import { blocksOf, piecesOf } from "./blocks";

describe("the documentation's Markdown", () => {
  it("has headings with a name for addresses, and paragraphs over several lines", () => {
    expect(blocksOf("<!-- Written by a tool. -->\n# What's it?\n\nOne line\nand another.")).toEqual(
      [
        { is: "heading", level: 1, text: "What's it?", id: "whats-it" },
        { is: "paragraph", text: "One line and another." },
      ],
    );
  });

  it("keeps code as it is", () => {
    expect(blocksOf("```sh\nls  # | all\n\n- x\n```")).toEqual([
      { is: "code", text: "ls  # | all\n\n- x" },
    ]);
  });

  it("has tables whose code may hold a bar", () => {
    expect(blocksOf("| a | b |\n|---|---|\n| `x | y` | 1 \\| 2 |\n\nafter")).toEqual([
      { is: "table", head: ["a", "b"], rows: [["`x | y`", "1 | 2"]] },
      { is: "paragraph", text: "after" },
    ]);
  });

  it("has lists, with what is indented below an item", () => {
    expect(blocksOf("1. one\n   more\n2. two\n\n   - inner\n\nafter")).toEqual([
      {
        is: "list",
        ordered: true,
        items: [
          [{ is: "paragraph", text: "one more" }],
          [
            { is: "paragraph", text: "two" },
            { is: "list", ordered: false, items: [[{ is: "paragraph", text: "inner" }]] },
          ],
        ],
      },
      { is: "paragraph", text: "after" },
    ]);
  });

  it("reads code, links and emphasis within a sentence", () => {
    expect(piecesOf("See `a*b*` and [tiers](tiers.md#up), **now** or *never*.")).toEqual([
      { is: "text", text: "See " },
      { is: "code", text: "a*b*" },
      { is: "text", text: " and " },
      { is: "link", text: "tiers", to: "tiers.md#up" },
      { is: "text", text: ", " },
      { is: "strong", text: "now" },
      { is: "text", text: " or " },
      { is: "emphasis", text: "never" },
      { is: "text", text: "." },
    ]);
  });
});
