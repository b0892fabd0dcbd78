import { Trans, useLingui } from "@lingui/react/macro";
import { Group, List, Skeleton, Stack, Text } from "@mantine/core";
import { type Schemas, useApi } from "@/api/context";
import { EntityLink } from "@/ui/EntityLink";
import { Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { When } from "@/ui/When";
import { type Purchase, useUnits } from "../queries";
import { usePurchaseWords } from "../words";

type Why = Schemas["WhyOut"];

/** What a purchase earned, and what each rule did or why it did nothing. */
export function Earned({ purchase }: { purchase: Purchase }) {
  const { t } = useLingui();
  const { api } = useApi();
  const why = api.useQuery("get", "/v1/purchases/{purchase_id}/why", {
    params: { path: { purchase_id: purchase.id } },
  });
  return (
    <Section
      title={t`What it earned, and why`}
      hint={
        <Trans>As the rules were when it was completed; later changes to them do not count.</Trans>
      }
    >
      {why.error ? (
        <ProblemNotice error={why.error} onRetry={() => void why.refetch()} />
      ) : why.data === undefined ? (
        <Skeleton h="8em" />
      ) : (
        <Stack gap="md">
          <Sentences words={why.data.words} />
          <Rules rules={why.data.rules} />
          <Lots lots={why.data.lots} />
        </Stack>
      )}
    </Section>
  );
}

function Sentences({ words }: { words: string[] }) {
  return (
    <div>
      {words.map((sentence) => (
        <Text key={sentence} maw="72ch">
          {sentence}
        </Text>
      ))}
    </div>
  );
}

function Rules({ rules }: { rules: Why["rules"] }) {
  const words = usePurchaseWords();
  const unit = useUnits();
  // What gave points stands first; the order of the others is that of the rules.
  const sorted = [...rules].sort((a, b) => Number(b.points > 0) - Number(a.points > 0));
  if (sorted.length === 0) return null;
  return (
    <List listStyleType="none" spacing="sm" p={0}>
      {sorted.map((rule) => (
        <List.Item
          key={rule.rule_id}
          styles={{ itemWrapper: { display: "block" }, itemLabel: { display: "block" } }}
        >
          <Group justify="space-between" gap="xs" align="baseline">
            <Group gap="sm" align="baseline">
              <EntityLink id={rule.rule_id}>{rule.name}</EntityLink>
              <Status tone={words.outcomeTone(rule.outcome)}>{words.outcome(rule.outcome)}</Status>
            </Group>
            {rule.points !== 0 && <Points value={rule.points} signed {...unit(rule.program_id)} />}
          </Group>
          {rule.words.map((sentence) => (
            <Text key={sentence} c="dimmed" fz="sm" maw="72ch">
              {sentence}
            </Text>
          ))}
        </List.Item>
      ))}
    </List>
  );
}

function Lots({ lots }: { lots: Why["lots"] }) {
  const unit = useUnits();
  if (lots.length === 0) return null;
  return (
    <div>
      {lots.map((lot) => (
        <Text key={lot.id} fz="sm" c="dimmed">
          <Trans>
            Of <Points value={lot.initial} {...unit(lot.program_id)} />{" "}
            <Points value={lot.remaining} bare /> are left.
          </Trans>{" "}
          {lot.matured_at === null && lot.matures_at !== null && (
            <Trans>
              They can be spent from <When at={lot.matures_at} form="full" />.
            </Trans>
          )}{" "}
          {lot.expires_at === null ? (
            <Trans>They do not expire.</Trans>
          ) : (
            <Trans>
              They expire on <When at={lot.expires_at} form="full" />.
            </Trans>
          )}
        </Text>
      ))}
    </div>
  );
}
