import { useLingui as useDescriptors } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { EntityLink } from "@/ui/EntityLink";
import { formatNumber } from "@/ui/format";
import { Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { ProgressBar } from "@/ui/Progress";
import { Status } from "@/ui/Status";
import { When } from "@/ui/When";
import { Results } from "../parts/Results";
import { useReason } from "../parts/useReason";
import { useSummary } from "../parts/useSummary";
import { STATES } from "../words";

/** One action on many members: how far it is, and to whom it could not be done. */
export default function BulkActionPage() {
  const { t } = useLingui();
  const { _ } = useDescriptors();
  const { bulkActionId } = useParams({ strict: false }) as { bulkActionId: string };
  const { api } = useApi();
  const summary = useSummary();
  const action = api.useQuery(
    "get",
    "/v1/bulk-actions/{bulk_action_id}",
    { params: { path: { bulk_action_id: bulkActionId } } },
    { refetchInterval: (query) => (query.state.data?.finished_at == null ? 1_000 : false) },
  );
  const back = { to: "bulk-actions", label: <Trans>Bulk actions</Trans> };
  const found = action.data;
  if (found === undefined)
    return (
      <Page title={t`Bulk action`} back={back}>
        {action.error && <ProblemNotice error={action.error} />}
      </Page>
    );
  return (
    <Page
      title={summary(found.action)}
      back={back}
      aside={<Status tone={STATES[found.state].tone}>{_(STATES[found.state].words)}</Status>}
      actions={found.finished_at === null && <Cancel action={found} />}
    >
      <Outline action={found} />
      <Section title={t`Members`}>
        <Results action={found} />
      </Section>
    </Page>
  );
}

function Outline({ action }: { action: Schemas["BulkActionOut"] }) {
  const { t, i18n } = useLingui();
  const reason = useReason();
  const figure = (value: number) => formatNumber(value, i18n.locale);
  const decided = action.done + action.unchanged + action.failed;
  const text = (name: string) => action.action[name] as string | undefined;
  const [why, note] = [text("reason"), text("member_note")];
  const subject = text("segment_id") ?? text("reward_id");
  return (
    <>
      <ProgressBar
        done={decided}
        total={action.total}
        state={
          action.finished_at !== null ? "done" : action.state === "waiting" ? "waiting" : "running"
        }
      />
      <Facts
        facts={[
          [t`Done`, figure(action.done)],
          action.unchanged > 0 && [t`Was so already`, figure(action.unchanged)],
          action.failed > 0 && [
            t`Failed`,
            `${figure(action.failed)}: ${action.problems.map(reason).join("; ")}`,
          ],
          subject !== undefined && [t`Which one`, <EntityLink key="" id={subject} />],
          why !== undefined && [t`Reason`, why],
          note !== undefined && [t`Words for the member`, note],
          action.actor_id !== null && [t`By`, <EntityLink key="" id={action.actor_id} />],
          [t`Begun`, <When key="" at={action.created_at} form="full" />],
          action.finished_at !== null && [
            t`Ended`,
            <When key="" at={action.finished_at} form="full" />,
          ],
        ]}
      />
    </>
  );
}

function Cancel({ action }: { action: Schemas["BulkActionOut"] }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const { ask, dialog } = useConfirm();
  if (!may("bulk:run")) return null;
  return (
    <>
      {dialog}
      <Button
        variant="default"
        onClick={() =>
          ask({
            title: t`Stop it?`,
            effect: t`It is done to nobody else. What was done stays.`,
            action: t`Stop`,
            run: async () => {
              await client.POST("/v1/bulk-actions/{bulk_action_id}/cancel", {
                params: { path: { bulk_action_id: action.id } },
              });
              await queries.invalidateQueries({
                predicate: ({ queryKey }) => String(queryKey[1]).startsWith("/v1/bulk-actions"),
              });
            },
          })
        }
      >
        <Trans>Stop…</Trans>
      </Button>
    </>
  );
}
