import { Trans } from "@lingui/react/macro";
import { ConditionSentence } from "@/ui/condition/ConditionSentence";
import type { Criteria, CriteriaTold } from "../queries";

/** Who belongs to a segment, in a sentence. */
export function CriteriaSentence({ criteria, told }: { criteria: Criteria; told: CriteriaTold }) {
  return (
    <ConditionSentence
      condition={criteria}
      fields={told.fields}
      words={told.words}
      empty={<Trans>A list that people keep by hand</Trans>}
    />
  );
}
