import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { useApi } from "@/api/context";
import { RulesSay } from "@/ui/RulesSay";
import { Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import type { Purchase } from "../queries";

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
        <RulesSay why={why.data} />
      )}
    </Section>
  );
}
