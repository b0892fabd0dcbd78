import { Trans } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { EntityLink } from "@/ui/EntityLink";
import type { Segment } from "../queries";

/** Who names a segment: rules and rewards, by name. */
export const usesOf = (segment: Segment) => [
  ...(segment.expanded?.earning_rules ?? []),
  ...(segment.expanded?.rewards ?? []),
];

export function UsedBy({ segment, names = false }: { segment: Segment; names?: boolean }) {
  const { earning_rules: rules, rewards } = segment.expanded ?? {};
  const uses = usesOf(segment);
  if (rules == null && rewards == null)
    return (
      <Text span inherit c="dimmed">
        <Trans>Your role does not see rules and rewards.</Trans>
      </Text>
    );
  if (uses.length === 0)
    return (
      <Text span inherit c="dimmed">
        <Trans>nowhere yet</Trans>
      </Text>
    );
  if (!names) return <>{uses.map(({ name }) => name).join(", ")}</>;
  return (
    <>
      {uses.map(({ id, name }, at) => (
        <span key={id}>
          {at > 0 && ", "}
          <EntityLink id={id} inSentence>
            {name}
          </EntityLink>
        </span>
      ))}
    </>
  );
}
