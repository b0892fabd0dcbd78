import { Trans, useLingui } from "@lingui/react/macro";
import { Text } from "@mantine/core";
import { type Schemas, useApi } from "@/api/context";
import { formatNumber } from "@/ui/format";
import { When } from "@/ui/When";
import type { Names, Rule } from "../queries";
import { usePointsWords } from "./RuleSentence";

/** What each rule did in the latest events, by its id. */
export function useUsage(): Map<string, Schemas["RuleUsageOut"]> {
  const { api } = useApi();
  const usage = api.useQuery("get", "/v1/earning-rules/usage");
  return new Map(usage.data?.data.map((each) => [each.rule_id, each]));
}

interface UsageProps {
  rule: Rule;
  usage: Schemas["RuleUsageOut"] | undefined;
  names: Names;
  /** In a list: how often, and no more. */
  short?: boolean;
}

/** How often a rule fired in the latest events of its kind, and what it gave in them. */
export function Usage({ rule, usage, names, short = false }: UsageProps) {
  const { i18n } = useLingui();
  const tell = usePointsWords(names);
  if (usage === undefined) return <span aria-hidden>–</span>;
  const times = formatNumber(usage.times, i18n.locale);
  const events = formatNumber(usage.events, i18n.locale);
  const points = tell(usage.points, rule.program_id);
  if (usage.events === 0)
    return (
      <Text span inherit c="dimmed">
        <Trans>no such event lately</Trans>
      </Text>
    );
  if (short)
    return (
      <span className="tabular nowrap">
        <Trans>
          {times} of {events}
        </Trans>
      </span>
    );
  return (
    <>
      <Trans>
        In {times} of the latest {events} events of its kind
      </Trans>
      {usage.points > 0 && `: ${points}`}
      {usage.last_at && (
        <>
          {", "}
          <Trans>
            last <When at={usage.last_at} />
          </Trans>
        </>
      )}
    </>
  );
}
