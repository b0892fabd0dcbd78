import { useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { ConditionSentence } from "@/ui/condition/ConditionSentence";
import type { ConditionObject } from "@/ui/condition/model";
import { When } from "@/ui/When";
import type { Names } from "../queries";
import { useFactWords, useRuleWords } from "../words";
import { Gift, Limits } from "./RuleSentence";

/** What the parts of a rule are called. */
export function useFieldLabel(): (field: string) => string {
  const { t } = useLingui();
  const labels: Record<string, string> = {
    name: t`Name`,
    status: t`Status`,
    trigger: t`Triggered by`,
    conditions: t`Conditions`,
    award: t`What it gives`,
    caps: t`Limits`,
    starts_at: t`From`,
    ends_at: t`Until`,
    priority: t`Priority`,
    stacking: t`Beside other rules`,
    exclusion_group: t`Group`,
    program_id: t`Program`,
  };
  return (field) => labels[field] ?? field;
}

/** How the parts of a rule are told where two versions are compared; lists hold one of each. */
export function useFieldValue(names: Names): (field: string, value: unknown) => ReactNode {
  const { t } = useLingui();
  const words = useRuleWords();
  const facts = useFactWords(names);
  return (field, value) => {
    const empty = value === null || value === undefined || (Array.isArray(value) && !value.length);
    switch (field) {
      case "status":
        return words.status(String(value));
      case "trigger":
        return words.trigger(String(value));
      case "conditions": {
        const condition = empty ? null : (value as ConditionObject[])[0];
        if (!condition) return t`always`;
        return <ConditionSentence condition={condition} fields={names.fields} words={facts} />;
      }
      case "award": {
        const award = (value as Record<string, unknown>[])[0] ?? {};
        const rule = { trigger: "", conditions: null, award, caps: [] };
        return <Gift rule={rule} names={names} />;
      }
      case "caps":
        if (empty) return t`none`;
        return (
          <Limits
            rule={{ trigger: "", conditions: null, award: {}, caps: value as never }}
            names={names}
          />
        );
      case "starts_at":
      case "ends_at":
        return empty ? t`open` : <When at={String(value)} form="short" />;
      case "stacking":
        return value === "exclusive" ? t`Shuts out all others` : t`Adds up`;
      case "program_id":
        return empty
          ? t`the usual program`
          : (names.programs.find(({ id }) => id === value)?.name ?? String(value));
      default:
        return undefined;
    }
  };
}
