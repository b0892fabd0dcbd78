import { expect, test } from "vitest";
import { chunksOf, linesOf } from "./pasted";

test("a pasted list has one entry per line, cell or comma, each once", () => {
  const text = 'anna@example.com\r\n"1234";C-1, C-1\n\n\t <bert@example.com>';

  expect(linesOf(text)).toEqual(["anna@example.com", "1234", "C-1", "bert@example.com"]);
  expect(linesOf("  ")).toEqual([]);
});

test("it is sent in parts", () => {
  expect(chunksOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
});
