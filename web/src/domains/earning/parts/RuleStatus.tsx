import { useLingui } from "@lingui/react/macro";
import { Stack } from "@mantine/core";
import { Status } from "@/ui/Status";
import { useNow } from "@/ui/When";
import type { Rule } from "../queries";
import { TONES, useRuleWords } from "../words";

/** Whether it gives points now: its state, and its dates. */
export function RuleStatus({ rule }: { rule: Rule }) {
  const { t } = useLingui();
  const words = useRuleWords();
  const now = useNow();
  const at = (moment: string | null) => (moment === null ? null : Date.parse(moment));
  const [starts, ends] = [at(rule.starts_at), at(rule.ends_at)];
  const running = rule.status === "active";
  return (
    <Stack gap="xxs" align="flex-start">
      {running && ends !== null && ends <= now ? (
        <Status tone="quiet">{t`Over`}</Status>
      ) : running && starts !== null && starts > now ? (
        <Status tone="info">{t`Begins later`}</Status>
      ) : (
        <Status tone={TONES[rule.status] ?? "quiet"}>{words.status(rule.status)}</Status>
      )}
      {rule.missing_facts.length > 0 && <Status tone="bad">{t`Cannot fire`}</Status>}
    </Stack>
  );
}
