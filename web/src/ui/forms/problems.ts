import type { FieldProblem } from "@/api/problems";

/** The place of a JSON pointer (or a dotted name) as the form calls it: `/lines/0/sku` → `lines.0.sku`. */
export function formPath(problem: Pick<FieldProblem, "field" | "pointer">): string {
  if (problem.pointer === undefined) return problem.field;
  return problem.pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/** Whether the form has a field there, or one that it is a part of. */
function ownerOf(path: string, values: unknown): string | null {
  const steps = path.split(".");
  for (let length = steps.length; length > 0; length--) {
    const known = steps.slice(0, length);
    const parent = known
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], values);
    const last = known.at(-1) ?? "";
    if (typeof parent === "object" && parent !== null && last in parent) return known.join(".");
  }
  return null;
}

/** Sort problems to the form's fields; what belongs to none stays for the notice above. */
export function landProblems(
  problems: FieldProblem[],
  values: Record<string, unknown>,
  names: Record<string, string> = {},
): { errors: Record<string, string>; rest: FieldProblem[] } {
  const errors: Record<string, string> = {};
  const rest: FieldProblem[] = [];
  for (const problem of problems) {
    const path = formPath(problem);
    const owner = ownerOf(names[path] ?? path, values);
    if (owner === null) rest.push(problem);
    else errors[owner] = errors[owner] ? `${errors[owner]} ${problem.message}` : problem.message;
  }
  return { errors, rest };
}
