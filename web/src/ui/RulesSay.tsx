import { Trans, useLingui } from "@lingui/react/macro";
import { Group, List, Stack, Text } from "@mantine/core";
import type { Schemas } from "@/api/context";
import { EntityLink } from "./EntityLink";
import { Points } from "./Points";
import { Status, type Tone } from "./Status";
import { useUnits } from "./units";
import { useWhyWords } from "./whyWords";
import { When } from "./When";

type Why = Pick<Schemas["WhyOut"], "words" | "rules" | "lots" | "points" | "taken_back"> & {
  reason: string;
};

const TONES: Record<string, Tone> = {
  gave: "good",
  capped: "attention",
  multiplied: "good",
  fact_missing: "bad",
};

function useOutcomes(): Record<string, string> {
  const { t } = useLingui();
  return {
    gave: t`Gave points`,
    capped: t`Gave points, up to its limit`,
    multiplied: t`Multiplied points`,
    fact_missing: t`A fact was missing`,
    window: t`Outside its dates`,
    condition: t`Condition not met`,
    zero: t`Came to nothing`,
    cap_reached: t`Limit reached`,
    exclusive: t`Shut out by another rule`,
    exclusion_group: t`Another rule gave more`,
  };
}

/** What something earned: in sentences, rule by rule, and what is left of it. */
export function RulesSay({ why }: { why: Why }) {
  const words = useWhyWords();
  return (
    <Stack gap="md">
      <Sentences words={words.summary(why)} />
      <Rules rules={why.rules} />
      <Lots lots={why.lots} />
    </Stack>
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
  const outcomes = useOutcomes();
  const words = useWhyWords();
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
              <Status tone={TONES[rule.outcome] ?? "quiet"}>
                {outcomes[rule.outcome] ?? rule.outcome}
              </Status>
            </Group>
            {rule.points !== 0 && <Points value={rule.points} signed {...unit(rule.program_id)} />}
          </Group>
          {words.ofRule(rule).map((sentence) => (
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
