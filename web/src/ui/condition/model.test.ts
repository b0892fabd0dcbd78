import { describe, expect, test } from "vitest";
import {
  carried,
  type ConditionField,
  type ConditionJson,
  conditionOf,
  edited,
  fieldOf,
  type Leaf,
  leafOf,
  linesOf,
} from "./model";

const leaf = (field: string, value: Leaf["value"] = "x"): Leaf => ({ field, op: "eq", value });
const field = (name: string, kind: string, more: Partial<ConditionField> = {}): ConditionField => ({
  name,
  kind,
  description: "",
  operators: ["eq", "gte", "in", "between", "exists"],
  choices: [],
  collection: null,
  ...more,
});

describe("a condition and its lines", () => {
  const forms: [string, ConditionJson][] = [
    ["one comparison", leaf("a")],
    ["all", { all: [leaf("a"), leaf("b")] }],
    ["any", { any: [leaf("a"), leaf("b")] }],
    ["any within all", { all: [leaf("a"), { any: [leaf("b"), leaf("c")] }] }],
    ["a collection", { some: "purchase.lines", where: { all: [leaf("sku"), leaf("name")] } }],
    [
      "an alternative in a collection",
      { none: "purchase.lines", where: { any: [leaf("sku"), leaf("name")] } },
    ],
    [
      "what only the API writes",
      { all: [{ not: leaf("a") }, { any: [{ all: [leaf("a"), leaf("b")] }, leaf("c")] }] },
    ],
  ];
  test.each(forms)("%s comes back as it was", (_, json) => {
    expect(conditionOf(linesOf(json))).toEqual(json);
  });

  test("no condition has no lines", () => {
    expect(linesOf(null)).toEqual([]);
    expect(conditionOf([])).toBeNull();
  });
});

describe("edits", () => {
  test("a field of a collection is asked of at least one element", () => {
    const lines = edited([], { do: "add", leaf: leaf("sku"), collection: "purchase.lines" });
    expect(conditionOf(lines)).toEqual({ some: "purchase.lines", where: leaf("sku") });
  });

  test("an alternative makes a line of any, and the last one left is a line of one", () => {
    const begun = linesOf({ all: [leaf("a"), leaf("b")] });
    const wider = edited(begun, { do: "append", line: 1, leaf: leaf("c") });
    expect(conditionOf(wider)).toEqual({ all: [leaf("a"), { any: [leaf("b"), leaf("c")] }] });
    const back = edited(wider, { do: "remove", line: 1, at: 0 });
    expect(conditionOf(back)).toEqual({ all: [leaf("a"), leaf("c")] });
    expect(conditionOf(edited(back, { do: "remove", line: 0, at: 0 }))).toEqual(leaf("c"));
  });

  test("more about an element stays with the element", () => {
    const begun = linesOf({ some: "purchase.lines", where: leaf("sku") });
    const more = edited(begun, { do: "append", line: 0, leaf: leaf("name") });
    expect(conditionOf(more)).toEqual({
      some: "purchase.lines",
      where: { all: [leaf("sku"), leaf("name")] },
    });
    const none = edited(edited(more, { do: "quantify", line: 0, quantifier: "none" }), {
      do: "join",
      line: 0,
      join: "any",
    });
    expect(conditionOf(none)).toEqual({
      none: "purchase.lines",
      where: { any: [leaf("sku"), leaf("name")] },
    });
  });

  test("a part that cannot be edited can be removed", () => {
    const lines = linesOf({ all: [leaf("a"), { not: leaf("b") }] });
    expect(conditionOf(edited(lines, { do: "remove", line: 1, at: 0 }))).toEqual(leaf("a"));
  });
});

describe("values", () => {
  test("a value is carried to another operator where it fits", () => {
    const text = field("a", "text");
    expect(carried(leaf("a"), text, "in").value).toEqual(["x"]);
    expect(carried({ field: "a", op: "in", value: ["x", "y"] }, text, "eq").value).toBe("x");
    expect(carried(leaf("a"), text, "exists").value).toBe(true);
    expect(carried(leaf("n", 5), field("n", "integer"), "between").value).toEqual([0, 0]);
  });

  test("a fresh comparison fits its field", () => {
    expect(leafOf(field("amount", "money"))).toEqual({ field: "amount", op: "gte", value: "" });
    expect(leafOf(field("vip", "boolean"))).toEqual({ field: "vip", op: "eq", value: true });
    expect(leafOf(field("day", "enum", { choices: ["monday"] })).value).toBe("monday");
  });

  test("one key of an open map has the map's description", () => {
    const map = field("member.attributes.<key>", "attributes");
    expect(fieldOf([map], "member.attributes.colour", null)).toBe(map);
    expect(fieldOf([map], "member.tier", null)).toBeUndefined();
    expect(fieldOf([map], "member.attributes.colour", "purchase.lines")).toBeUndefined();
  });
});
