import type { Schemas } from "@/api/context";

export type SectionOut = Schemas["SectionOut"];
export type Values = Record<string, unknown>;

/** What a value is, beside what its schema says of it. */
export type Meaning =
  "money" | "rate" | "points" | "days" | "colour" | "country" | "code" | "perSecond";

export type Kind = "flag" | "choice" | "number" | "text" | Meaning;

/** What the API's schema says of one setting. */
export interface Shape {
  kind: Kind;
  /** Whether it may have no value. */
  nullable: boolean;
  options: string[];
  min?: number | undefined;
  max?: number | undefined;
  longest?: number | undefined;
  description: string;
}

interface Schema {
  type?: string;
  anyOf?: Schema[];
  enum?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  description?: string;
}

/** Read a setting's JSON Schema; `meaning` is what a reader knows and a schema cannot say. */
export function shapeOf(property: unknown, meaning?: Meaning): Shape {
  const schema = (property ?? {}) as Schema;
  const parts = schema.anyOf ?? [schema];
  const real = parts.filter((part) => part.type !== "null");
  const [first] = real;
  const options = first?.enum ?? [];
  return {
    kind: meaning ?? (options.length > 0 ? "choice" : kindOf(real)),
    nullable: real.length < parts.length,
    options,
    min: first?.minimum,
    max: first?.maximum,
    longest: first?.maxLength,
    description: schema.description ?? "",
  };
}

function kindOf(parts: Schema[]): Kind {
  const types = parts.map((part) => part.type);
  if (types.includes("boolean")) return "flag";
  return types.includes("integer") || types.includes("number") ? "number" : "text";
}

/** Names of the settings whose values differ, in the order of the section. */
export const changedNames = (section: SectionOut, before: Values, after: Values): string[] =>
  Object.keys(section.properties).filter((name) => !same(before[name], after[name]));

/** Numbers may come as text (`"1.50"`), so that no digit is lost. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one === null || other === null || one === "" || other === "") return false;
  if (typeof one === "boolean" || typeof other === "boolean") return false;
  return !Number.isNaN(Number(one)) && Number(one) === Number(other);
}
