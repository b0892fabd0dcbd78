import { Trans, useLingui } from "@lingui/react/macro";
import { Button, CopyButton, List, Stack, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { formatNumber } from "@/ui/format";

type Listed = Schemas["ListedOut"];
const MISSED: Listed["outcome"][] = ["not_found", "ambiguous", "inactive"];

/** What came of each entry of a list: how many went well, and those that did not, by name. */
export function Report({ rows }: { rows: Listed[] }) {
  const { t, i18n } = useLingui();
  const words: Record<Listed["outcome"], string> = {
    added: t`added`,
    already: t`in the list already`,
    removed: t`taken away`,
    absent: t`not in the list`,
    not_found: t`not found`,
    ambiguous: t`several members have this number`,
    inactive: t`blocked, archived or erased`,
  };
  const outcomes = Object.keys(words) as Listed["outcome"][];
  const of = (outcome: Listed["outcome"]) => rows.filter((row) => row.outcome === outcome);
  const missed = rows.filter((row) => MISSED.includes(row.outcome));
  return (
    <Stack gap="xs" role="status">
      <List>
        {outcomes
          .filter((outcome) => of(outcome).length > 0)
          .map((outcome) => (
            <List.Item key={outcome}>
              {formatNumber(of(outcome).length, i18n.locale)} {words[outcome]}
            </List.Item>
          ))}
      </List>
      {missed.length > 0 && (
        <>
          <Text fw={600}>
            <Trans>These were left out:</Trans>
          </Text>
          <List mah="16rem" style={{ overflowY: "auto" }}>
            {missed.map((row) => (
              <List.Item key={row.name}>
                {row.name}{" "}
                <Text span c="dimmed">
                  {words[row.outcome]}
                </Text>
              </List.Item>
            ))}
          </List>
          <CopyButton value={missed.map(({ name }) => name).join("\n")}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" onClick={copy}>
                {copied ? <Trans>Copied</Trans> : <Trans>Copy these</Trans>}
              </Button>
            )}
          </CopyButton>
        </>
      )}
    </Stack>
  );
}
