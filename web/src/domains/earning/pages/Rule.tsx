import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { useApi, useMay } from "@/api/context";
import { ConditionSentence } from "@/ui/condition/ConditionSentence";
import { Copy } from "@/ui/Copy";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";
import { When } from "@/ui/When";
import { bodyOf, valuesOf } from "../form";
import { Beside } from "../parts/Beside";
import { RuleActions } from "../parts/RuleActions";
import { Gift, Limits, RuleSentence } from "../parts/RuleSentence";
import { RuleStatus } from "../parts/RuleStatus";
import styles from "../parts/simulator.module.css";
import { TryRule } from "../parts/TryRule";
import { Usage, useUsage } from "../parts/Usage";
import { Versions } from "../parts/Versions";
import { type Names, type Rule, useNames } from "../queries";
import { useFactWords, useRuleWords } from "../words";

export default function RulePage() {
  const { t } = useLingui();
  const { ruleId } = useParams({ strict: false }) as { ruleId: string };
  const { api } = useApi();
  const names = useNames();
  const may = useMay();
  const below = useTenantPath();
  const rule = api.useQuery("get", "/v1/earning-rules/{rule_id}", {
    params: { path: { rule_id: ruleId } },
  });
  const back = { to: "earning-rules", label: <Trans>Earning rules</Trans> };
  if (rule.error)
    return (
      <Page title={t`Earning rule`} back={back}>
        <ProblemNotice error={rule.error} onRetry={() => void rule.refetch()} />
      </Page>
    );
  if (rule.data === undefined || names.isPending)
    return (
      <Page title={t`Earning rule`} back={back}>
        <Skeleton h="12em" />
      </Page>
    );
  const found = rule.data;
  return (
    <Page
      title={found.name}
      back={back}
      aside={<RuleStatus rule={found} />}
      subtitle={<RuleSentence rule={found} names={names} />}
      actions={
        <RuleActions rule={found}>
          {may("earning:write") && (
            <>
              <Button
                variant="default"
                component={Link}
                to={below(`earning-rules/new`)}
                search={{ copy: ruleId } as never}
              >
                <Trans>Duplicate</Trans>
              </Button>
              {found.status !== "archived" && (
                <Button component={Link} to={below(`earning-rules/${ruleId}/edit`)}>
                  <Trans>Edit</Trans>
                </Button>
              )}
            </>
          )}
        </RuleActions>
      }
      tabs={[
        {
          id: "overview",
          label: <Trans>Overview</Trans>,
          content: () => <Overview rule={found} names={names} />,
        },
        {
          id: "try",
          label: <Trans>Try it</Trans>,
          content: () => <Trial rule={found} names={names} />,
        },
        {
          id: "versions",
          label: <Trans>Versions</Trans>,
          content: () => <Versions rule={found} names={names} />,
        },
      ]}
    />
  );
}

function Overview({ rule, names }: { rule: Rule; names: Names }) {
  const { t } = useLingui();
  const words = useRuleWords();
  const usage = useUsage();
  const facts = useFactWords(names);
  const program = names.programs.find(({ id }) => id === rule.program_id);
  const usual = names.programs.find(({ is_default }) => is_default);
  const limited = rule.caps.length > 0 || rule.starts_at !== null || rule.ends_at !== null;
  return (
    <Stack gap="lg">
      <Notices rule={rule} />
      <Facts
        facts={[
          [
            t`Triggered by`,
            <Explained
              key=""
              is={words.trigger(rule.trigger)}
              means={words.whatHappens(rule.trigger)}
            />,
          ],
          [
            t`Conditions`,
            <ConditionSentence
              key=""
              condition={rule.conditions}
              fields={names.fields}
              words={facts}
              empty={<Trans>None: it always fires.</Trans>}
            />,
          ],
          [t`What it gives`, <Gift key="" rule={rule} names={names} />],
          [
            t`Limits`,
            limited ? <Limits key="" rule={rule} names={names} /> : <Trans key="">No limit</Trans>,
          ],
          [t`Used`, <Usage key="" rule={rule} usage={usage.get(rule.id)} names={names} />],
          [t`Program`, (program ?? usual)?.name ?? <Trans key="">the usual program</Trans>],
          [
            t`Version`,
            <span key="">
              {rule.version}, <When at={rule.created_at} />
            </span>,
          ],
          [t`Id`, <Copy key="" value={rule.id} />],
        ]}
      />
      <Section title={t`Beside other rules`}>
        <Beside rule={rule} />
      </Section>
    </Stack>
  );
}

function Explained({ is, means }: { is: string; means: string }) {
  return (
    <>
      {is}
      <Text span c="dimmed">
        {" "}
        {means}
      </Text>
    </>
  );
}

/** What keeps the rule from being what it looks like. */
function Notices({ rule }: { rule: Rule }) {
  const missing = rule.missing_facts.join(", ");
  const setting = rule.managed_by;
  return (
    <>
      {missing !== "" && (
        <Text c="var(--tone-bad)" role="alert" maw="72ch">
          <Trans>
            It gives no points: it asks for facts that nothing supplies any more ({missing}). Change
            its conditions, or archive it.
          </Trans>
        </Text>
      )}
      {setting && (
        <Text maw="72ch">
          <Trans>
            The setting {setting} keeps this rule: how many points it gives, and whether it is
            active, is changed there. Its name, conditions, limits and dates are yours.
          </Trans>
        </Text>
      )}
    </>
  );
}

/** What the rule would give beside the others, also while it is paused. */
function Trial({ rule, names }: { rule: Rule; names: Names }) {
  const values = useMemo(() => valuesOf(rule), [rule]);
  const paused = rule.status === "paused";
  // A rule in force needs no draft of itself; what a setting keeps could have none.
  const drafts = paused && !rule.managed_by ? [{ rule_id: rule.id, rule: bodyOf(values) }] : [];
  return (
    <TryRule
      initial={values}
      trigger={rule.trigger}
      drafts={drafts}
      names={names}
      frame={(fields, outcome) => (
        <div className={styles.beside}>
          {fields}
          {outcome}
        </div>
      )}
    />
  );
}
