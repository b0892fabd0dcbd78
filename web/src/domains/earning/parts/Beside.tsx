import { Trans } from "@lingui/react/macro";
import { Stack, Text } from "@mantine/core";
import { useApi } from "@/api/context";
import { EntityLink } from "@/ui/EntityLink";
import type { Rule } from "../queries";

/** How it lives with the others: adds up, shuts them out, or competes within a group. */
export function Beside({ rule }: { rule: Rule }) {
  const { api } = useApi();
  const group = rule.exclusion_group;
  const others = api.useQuery(
    "get",
    "/v1/earning-rules",
    { params: { query: { limit: 100 } } },
    { enabled: group !== null },
  );
  const rivals = others.data?.data.filter(
    (other) => other.exclusion_group === group && other.id !== rule.id,
  );
  const priority = rule.priority;
  return (
    <Stack gap="xs" maw="72ch">
      {rule.stacking === "exclusive" ? (
        <Text>
          <Trans>
            When it fires, it shuts out all other rules. Of several such rules the one with the
            highest priority wins; this one has {priority}.
          </Trans>
        </Text>
      ) : group === null ? (
        <Text>
          <Trans>Its points are added to what other rules give for the same event.</Trans>
        </Text>
      ) : null}
      {group !== null && (
        <Text>
          <Trans>
            It is in the group “{group}”: of these rules only the one that gives most gives points.
          </Trans>
        </Text>
      )}
      {rivals?.map((other) => (
        <Text key={other.id}>
          <EntityLink id={other.id}>{other.name}</EntityLink>
        </Text>
      ))}
      {rivals?.length === 0 && (
        <Text c="dimmed">
          <Trans>No other rule is in that group.</Trans>
        </Text>
      )}
    </Stack>
  );
}
