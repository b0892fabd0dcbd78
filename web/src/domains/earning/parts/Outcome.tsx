import { Trans, useLingui } from "@lingui/react/macro";
import { Box, Group, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck, IconMinus, IconX } from "@tabler/icons-react";
import { EntityLink } from "@/ui/EntityLink";
import { Points } from "@/ui/Points";
import { When } from "@/ui/When";
import { Limits, type Told, usePointsWords } from "./RuleSentence";
import type { Names } from "../queries";
import type { SimulatedRule, Simulation } from "../simulation";
import { Checks } from "./Checks";
import styles from "./simulator.module.css";

interface OutcomeProps {
  outcome: Simulation;
  names: Names;
  /** Rules by id and drafts by their place, to tell their conditions in words. */
  ruleOf: (rule: SimulatedRule) => Told | undefined;
}

const GAVE = new Set(["gave", "capped", "multiplied"]);

/** What would be earned, in all and rule by rule, and why not. */
export function Outcome({ outcome, names, ruleOf }: OutcomeProps) {
  const { t } = useLingui();
  const tell = usePointsWords(names);
  const reasons: Record<string, string> = {
    earning_disabled: t`The loyalty programme is switched off in the settings.`,
    member_archived: t`The member is archived and earns nothing.`,
    member_blocked: t`The member is blocked and earns nothing.`,
    no_rule_fired: t`Rules are in force, but none of them gives points for this. Each says why below.`,
    no_rules: t`No rule for such an event is in force.`,
  };
  const { points, tier_before: before, tier_after: after, points_by_program: parts } = outcome;
  const lot = outcome.lots?.[0];
  const risen = before && after && before.id !== after.id;
  const ordered = [...outcome.rules].sort(
    (a, b) => Number(GAVE.has(b.outcome)) - Number(GAVE.has(a.outcome)),
  );
  const [from, to] = [before?.name, after?.name];
  return (
    <Stack gap="md">
      <Box>
        <Text fz="xl" fw={600} data-testid="simulated-points">
          {parts.length > 1 ? (
            parts.map((part) => tell(part.points, part.program_id)).join(" + ")
          ) : parts[0] ? (
            tell(parts[0].points, parts[0].program_id)
          ) : (
            <Points value={points} />
          )}
        </Text>
        {outcome.reason !== "rules" && <Text>{reasons[outcome.reason] ?? outcome.words[0]}</Text>}
        {lot && (lot.matures_at || lot.expires_at) && (
          <Text c="dimmed">
            {lot.matures_at && (
              <Trans>
                To be spent from <When at={lot.matures_at} form="short" />.
              </Trans>
            )}{" "}
            {lot.expires_at && (
              <Trans>
                They lapse on <When at={lot.expires_at} form="short" />.
              </Trans>
            )}
          </Text>
        )}
        {risen && (
          <Text>
            <Trans>
              Moves from the tier {from} to {to}.
            </Trans>
          </Text>
        )}
      </Box>
      <ul className={styles.rules} aria-label={t`Rules`}>
        {ordered.map((rule) => (
          <li key={`${rule.rule_id} ${rule.draft}`} className={styles.rule}>
            <OneRule rule={rule} names={names} told={ruleOf(rule)} />
          </li>
        ))}
      </ul>
    </Stack>
  );
}

interface OneRuleProps {
  rule: SimulatedRule;
  names: Names;
  told: Told | undefined;
}

function OneRule({ rule, names, told }: OneRuleProps) {
  const { t, i18n } = useLingui();
  const tell = usePointsWords(names);
  const gave = GAVE.has(rule.outcome);
  const why: Record<string, string> = {
    capped: t`It gives less than it could: its limit is reached.`,
    multiplied: t`It multiplies what points-per-money rules give.`,
    fact_missing: t`It asks for a fact that nothing supplies any more.`,
    window: t`It is outside of its dates.`,
    condition: t`Its conditions are not met.`,
    zero: t`It comes to less than one point.`,
    cap_reached: t`Its limit is used up.`,
    exclusive: t`Another rule shuts it out.`,
    exclusion_group: t`Another rule of its group gives more.`,
  };
  // The API tells figures and names in English.
  const english = i18n.locale === "en" && !["condition", "window"].includes(rule.outcome);
  const detail = english ? rule.words.join(" ") : "";
  const Icon = gave ? IconCheck : rule.outcome === "condition" ? IconX : IconMinus;
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <ThemeIcon
        variant="light"
        size="sm"
        radius="xl"
        color={gave ? undefined : "gray"}
        aria-label={gave ? t`Yes` : t`No`}
        role="img"
      >
        <Icon size={14} />
      </ThemeIcon>
      <Box flex={1} miw={0}>
        <Group justify="space-between" gap="xs" align="baseline">
          <Text fw={500}>
            {rule.draft === null ? (
              <EntityLink id={rule.rule_id}>{rule.name}</EntityLink>
            ) : (
              <>
                {rule.name || t`This rule`}{" "}
                <Text span c="dimmed">
                  <Trans>(not in force yet)</Trans>
                </Text>
              </>
            )}
          </Text>
          {gave && rule.outcome !== "multiplied" && (
            <Text className="tabular nowrap" fw={600}>
              {tell(rule.points, rule.program_id)}
            </Text>
          )}
        </Group>
        {why[rule.outcome] && <Text>{why[rule.outcome]}</Text>}
        {told && rule.outcome === "window" && (
          <Text c="dimmed">
            <Limits rule={{ ...told, caps: [] }} names={names} />
          </Text>
        )}
        {detail && <Text c="dimmed">{detail}</Text>}
        <Checks checks={rule.checks} told={told} names={names} failed={!gave} />
      </Box>
    </Group>
  );
}
