import { expect, test } from "vitest";
import { codesIn, pieces } from "./codes";

test("codes are read from lines and from the first column of a table", () => {
  expect(codesIn("A-1\nA-2\r\n\n  A-3  ")).toEqual(["A-1", "A-2", "A-3"]);
  expect(codesIn('\uFEFFCode;Note\n"A ""1""";x\nA-2,y\nA-3\tz')).toEqual(['A "1"', "A-2", "A-3"]);
});

test("many codes go in pieces of a thousand", () => {
  const many = Array.from({ length: 2500 }, (_, at) => `C-${at}`);
  expect(pieces(many).map((piece) => piece.length)).toEqual([1000, 1000, 500]);
  expect(pieces([])).toEqual([]);
});
