import { useLingui } from "@lingui/react/macro";
import { Text, VisuallyHidden } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { ConditionSentence } from "@/ui/condition/ConditionSentence";
import { type ConditionJson, fieldOf, isLeaf } from "@/ui/condition/model";
import { useConditionWords } from "@/ui/condition/words";
import type { Names } from "../queries";
import { useFactWords } from "../words";
import type { Told } from "./RuleSentence";
import styles from "./simulator.module.css";

type Check = Schemas["CheckOut"];

interface ChecksProps {
  checks: Check[];
  told: Told | undefined;
  names: Names;
  /** Only where the rule did not fire is what was found of interest. */
  failed: boolean;
}

/** Each comparison of a rule's condition: what was asked, whether it held, and what was found. */
export function Checks({ checks, told, names, failed }: ChecksProps) {
  const { t } = useLingui();
  const facts = useFactWords(names);
  const words = useConditionWords(names.fields, facts);
  if (!failed || checks.length === 0) return null;
  const wordsOfFound = (check: Check, part: ConditionJson | undefined) => {
    if (check.found === null) return t`it is not known`;
    if (part === undefined || !isLeaf(part)) return null;
    const kind = fieldOf(names.fields, check.field, null)?.kind ?? "text";
    const found = words.one(check.field, kind, check.found);
    return t`it is ${found}`;
  };
  return (
    <ul className={styles.checks}>
      {checks.map((check) => {
        const part = partOf(told?.conditions as ConditionJson | null | undefined, check.path);
        const found = check.held ? null : wordsOfFound(check, part);
        return (
          <li key={check.path} data-held={check.held}>
            <Text span inherit c={check.held ? "dimmed" : undefined}>
              <VisuallyHidden>{check.held ? t`Met:` : t`Not met:`} </VisuallyHidden>
              <span aria-hidden>{check.held ? "✓" : "✗"}</span>{" "}
              {part ? (
                <ConditionSentence condition={part} fields={names.fields} words={facts} />
              ) : (
                <>
                  {words.field(check.field, null)} {check.op} {check.value}
                </>
              )}
              {found && ` – ${found}`}
            </Text>
          </li>
        );
      })}
    </ul>
  );
}

/** The part of a condition at a path such as `all.0.any.1`. */
export function partOf(
  condition: ConditionJson | null | undefined,
  path: string,
): ConditionJson | undefined {
  if (!condition) return undefined;
  if (path === "") return condition;
  let part: unknown = condition;
  for (const step of path.split(".")) part = (part as Record<string, unknown> | undefined)?.[step];
  return part as ConditionJson | undefined;
}
