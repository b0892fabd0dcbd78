/** The one condition form of the API, and the part of it that can be edited as a sentence. */

export type Operator =
  | "eq"
  | "ne"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "in"
  | "not_in"
  | "contains"
  | "starts_with"
  | "exists"
  | "between";
export type Quantifier = "some" | "every" | "none";
export type Scalar = string | number | boolean;

export type Leaf = {
  field: string;
  op: Operator;
  value: Scalar | Scalar[];
};

export type ConditionJson =
  | Leaf
  | { all: ConditionJson[] }
  | { any: ConditionJson[] }
  | { not: ConditionJson }
  | ({ where: ConditionJson } & { [Q in Quantifier]?: string });

/** The same as the API's schemas have it: any object. */
export type ConditionObject = ConditionJson | Record<string, unknown>;

/** A field as `/v1/segments/fields` and `/v1/earning-rules/fields` describe it. */
export interface ConditionField {
  name: string;
  kind: string;
  description: string;
  operators: string[];
  choices: string[];
  collection: string | null;
}

/** One line of the sentence; `other` is a form that only the API can write, kept as it is. */
export type Line =
  | { kind: "one"; leaf: Leaf }
  | { kind: "any"; leaves: Leaf[] }
  | { kind: "each"; quantifier: Quantifier; collection: string; join: Join; leaves: Leaf[] }
  | { kind: "other"; json: ConditionJson };
export type Join = "all" | "any";

export const QUANTIFIERS: Quantifier[] = ["some", "every", "none"];

export const isLeaf = (json: ConditionJson): json is Leaf => "field" in json;

export function quantifierOf(json: object): Quantifier | undefined {
  return QUANTIFIERS.find((quantifier) => quantifier in json);
}

function leavesOf(parts: ConditionJson[]): Leaf[] | null {
  return parts.every(isLeaf) ? parts : null;
}

function lineOf(json: ConditionJson): Line {
  if (isLeaf(json)) return { kind: "one", leaf: json };
  if ("any" in json) {
    const leaves = leavesOf(json.any);
    if (leaves) return { kind: "any", leaves };
  }
  const quantifier = quantifierOf(json);
  if (quantifier && "where" in json) {
    const { where } = json;
    const join: Join = "any" in where ? "any" : "all";
    const parts = "any" in where ? where.any : "all" in where ? where.all : [where];
    const leaves = leavesOf(parts);
    const collection = json[quantifier] ?? "";
    if (leaves) return { kind: "each", quantifier, collection, join, leaves };
  }
  return { kind: "other", json };
}

/** Read a condition as lines that must all be true; none, when there is no condition. */
export function linesOf(condition: ConditionObject | null | undefined): Line[] {
  if (condition == null) return [];
  const json = condition as ConditionJson;
  return "all" in json ? json.all.map(lineOf) : [lineOf(json)];
}

const joined = (join: Join, parts: ConditionJson[]): ConditionJson =>
  parts.length === 1 && parts[0] ? parts[0] : join === "all" ? { all: parts } : { any: parts };

function jsonOf(line: Line): ConditionJson {
  switch (line.kind) {
    case "one":
      return line.leaf;
    case "any":
      return joined("any", line.leaves);
    case "each":
      return {
        [line.quantifier]: line.collection,
        where: joined(line.join, line.leaves),
      } as ConditionJson;
    case "other":
      return line.json;
  }
}

/** Write lines as the API takes them; null without any. */
export function conditionOf(lines: Line[]): ConditionJson | null {
  return lines.length === 0 ? null : joined("all", lines.map(jsonOf));
}

/** The leaves of a line; a line of one has one. */
export function leavesIn(line: Line): Leaf[] {
  if (line.kind === "one") return [line.leaf];
  return line.kind === "other" ? [] : line.leaves;
}

export type Edit =
  | { do: "add"; leaf: Leaf; collection: string | null }
  | { do: "remove"; line: number; at: number }
  | { do: "set"; line: number; at: number; leaf: Leaf }
  /** Another leaf in the same line: an alternative, or one more about the same element. */
  | { do: "append"; line: number; leaf: Leaf }
  | { do: "quantify"; line: number; quantifier: Quantifier }
  | { do: "join"; line: number; join: Join };

/** Return the lines after an edit. */
export function edited(lines: Line[], edit: Edit): Line[] {
  if (edit.do === "add")
    return [
      ...lines,
      edit.collection === null
        ? { kind: "one", leaf: edit.leaf }
        : {
            kind: "each",
            quantifier: "some",
            collection: edit.collection,
            join: "all",
            leaves: [edit.leaf],
          },
    ];
  return lines.flatMap((line, at) => (at === edit.line ? changed(line, edit) : [line]));
}

function changed(line: Line, edit: Exclude<Edit, { do: "add" }>): Line[] {
  const leaves = leavesIn(line);
  switch (edit.do) {
    case "remove":
      return withLeaves(
        line,
        leaves.filter((_, at) => at !== edit.at),
      );
    case "set":
      return withLeaves(
        line,
        leaves.map((leaf, at) => (at === edit.at ? edit.leaf : leaf)),
      );
    case "append":
      return withLeaves(line, [...leaves, edit.leaf]);
    case "quantify":
      return line.kind === "each" ? [{ ...line, quantifier: edit.quantifier }] : [line];
    case "join":
      return line.kind === "each" ? [{ ...line, join: edit.join }] : [line];
  }
}

function withLeaves(line: Line, leaves: Leaf[]): Line[] {
  const [first] = leaves;
  if (first === undefined) return [];
  if (line.kind === "each") return [{ ...line, leaves }];
  return leaves.length === 1 ? [{ kind: "one", leaf: first }] : [{ kind: "any", leaves }];
}

const KEY = "<key>";

/** The description of a field, also of one key of an open map (`member.attributes.colour`). */
export function fieldOf(
  fields: ConditionField[],
  name: string,
  collection: string | null,
): ConditionField | undefined {
  const here = fields.filter((field) => field.collection === collection);
  return (
    here.find((field) => field.name === name) ??
    here.find(
      (field) => field.name.endsWith(KEY) && name.startsWith(field.name.slice(0, -KEY.length)),
    )
  );
}

/** Where the key of an open map begins; null of any other field. */
export function keyPrefix(field: ConditionField): string | null {
  return field.name.endsWith(KEY) ? field.name.slice(0, -KEY.length) : null;
}

export const LISTED: ReadonlySet<string> = new Set(["in", "not_in"]);

/** The value that a field begins with when its operator is chosen. */
export function firstValue(field: ConditionField, op: Operator): Leaf["value"] {
  const one: Scalar =
    op === "exists" || field.kind === "boolean"
      ? true
      : field.kind === "enum"
        ? (field.choices[0] ?? "")
        : field.kind === "integer"
          ? 0
          : "";
  if (op === "between") return [one, one];
  return LISTED.has(op) ? (one === "" ? [] : [one]) : one;
}

/** Carry a value over to another operator where it still fits. */
export function carried(leaf: Leaf, field: ConditionField, op: Operator): Leaf {
  const wasList = Array.isArray(leaf.value);
  const [first] = Array.isArray(leaf.value) ? leaf.value : [leaf.value];
  if (op === "exists" || leaf.op === "exists" || op === "between" || leaf.op === "between")
    return { ...leaf, op, value: firstValue(field, op) };
  if (LISTED.has(op) && !wasList)
    return { ...leaf, op, value: first === undefined || first === "" ? [] : [first] };
  if (!LISTED.has(op) && wasList) return { ...leaf, op, value: first ?? firstValue(field, op) };
  return { ...leaf, op };
}

/** A fresh leaf of a field. */
export function leafOf(field: ConditionField): Leaf {
  const wishes: Operator[] = ["gte", "eq", "contains"];
  const ordered = ["money", "number", "integer"].includes(field.kind) ? wishes : wishes.slice(1);
  const op = (ordered.find((wish) => field.operators.includes(wish)) ??
    field.operators[0] ??
    "eq") as Operator;
  return { field: keyPrefix(field) ?? field.name, op, value: firstValue(field, op) };
}
