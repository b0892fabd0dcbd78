import { Trans } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { useConditionWords } from "@/ui/condition/words";
import { fieldOf, type Scalar } from "@/ui/condition/model";
import type { CriteriaTold } from "../queries";

interface ReasonsProps {
  found: Record<string, unknown> | null | undefined;
  reason?: string;
  told: CriteriaTold;
}

/** Why somebody is in: what was found of them when they joined, field by field. */
export function Reasons({ found, reason, told }: ReasonsProps) {
  const words = useConditionWords(told.fields, told.words);
  if (reason === "hand") return <Trans>put in by hand</Trans>;
  if (reason === "merge") return <Trans>came with a merged member</Trans>;
  const facts = Object.entries(found ?? {});
  if (facts.length === 0) return <Trans>fits the conditions</Trans>;
  return (
    <>
      {facts.map(([name, value]) => (
        <Text span inherit display="block" key={name}>
          {words.field(name, null)}:{" "}
          {value === "private" ? (
            <Trans>not shown here</Trans>
          ) : value === null ? (
            <Trans>nothing</Trans>
          ) : (
            <b>{words.one(name, fieldOf(told.fields, name, null)?.kind ?? "text", plain(value))}</b>
          )}
        </Text>
      ))}
    </>
  );
}

const plain = (value: unknown): Scalar =>
  typeof value === "object" ? JSON.stringify(value) : (value as Scalar);
