import { Trans, useLingui } from "@lingui/react/macro";
import { Group, Stack, Text } from "@mantine/core";
import { useApi } from "@/api/context";
import { useActors } from "@/ui/actors";
import { Diff } from "@/ui/Diff";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Section } from "@/ui/Page";
import { When } from "@/ui/When";
import { type Names, type Rule } from "../queries";
import { useRuleWords } from "../words";
import { RuleSentence } from "./RuleSentence";
import { useFieldLabel, useFieldValue } from "./fieldWords";

/** All versions of a rule, each with what it changed. */
export function Versions({ rule, names }: { rule: Rule; names: Names }) {
  const { t } = useLingui();
  const { api } = useApi();
  const words = useRuleWords();
  const label = useFieldLabel();
  const show = useFieldValue(names);
  const versions = api.useQuery("get", "/v1/earning-rules/{rule_id}/versions", {
    params: { path: { rule_id: rule.id }, query: { limit: 100 } },
  });
  const actor = useActors();
  if (versions.error) return <ProblemNotice error={versions.error} />;
  const all = versions.data?.data ?? [];
  return (
    <Stack gap="lg">
      <Text c="dimmed" maw="72ch">
        <Trans>
          Every change makes a new version. Points that an older version gave stay as they are, and
          their explanation names the version.
        </Trans>
      </Text>
      {all.map((version, at) => {
        const before = all[at + 1];
        const { version: number } = version;
        const who = actor(version.actor_type, version.actor_id ?? null);
        return (
          <Section
            key={number}
            title={t`Version ${number}`}
            hint={
              <Group gap="xs" component="span">
                <When at={version.created_at} form="short" />
                <span>
                  <Trans>by {who}</Trans>
                </span>
                {at === 0 && (
                  <span>
                    · <Trans>in force</Trans>
                  </span>
                )}
              </Group>
            }
          >
            {before ? (
              <Diff before={compared(before)} after={compared(version)} label={label} show={show} />
            ) : (
              <Text>
                <RuleSentence rule={version} names={names} /> {words.status(version.status)}.
              </Text>
            )}
          </Section>
        );
      })}
    </Stack>
  );
}

/** What can differ between two versions; what an award counts is compared as a whole. */
function compared(rule: Rule): Record<string, unknown> {
  const { name, status, trigger, conditions, award, caps, starts_at, ends_at } = rule;
  const { priority, stacking, exclusion_group, program_id } = rule;
  return {
    name,
    status,
    trigger,
    conditions: conditions && [conditions],
    award: [award],
    caps,
    starts_at,
    ends_at,
    priority,
    stacking,
    exclusion_group,
    program_id,
  };
}
