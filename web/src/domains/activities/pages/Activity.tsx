import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Stack, Tooltip } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type Schemas, useApi, useMay } from "@/api/context";
import { useConfirm } from "@/ui/Confirm";
import { Copy } from "@/ui/Copy";
import { Effects } from "@/ui/Effects";
import { EntityLink } from "@/ui/EntityLink";
import { memberName } from "@/ui/memberName";
import { Facts, Page, Section } from "@/ui/Page";
import { Points } from "@/ui/Points";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { RulesSay } from "@/ui/RulesSay";
import { Status } from "@/ui/Status";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";
import { useActivityWords } from "../words";

export default function ActivityPage() {
  const { t } = useLingui();
  const { activityId } = useParams({ strict: false }) as { activityId: string };
  const { api } = useApi();
  const may = useMay();
  const words = useActivityWords();
  const path = { activity_id: activityId };
  const query = may("members:read") ? { expand: "member" } : {};
  const activity = api.useQuery("get", "/v1/activities/{activity_id}", { params: { path, query } });
  const why = api.useQuery("get", "/v1/activities/{activity_id}/why", { params: { path } });
  const back = { to: "activities", label: <Trans>What members do</Trans> };
  if (activity.error || activity.data === undefined)
    return (
      <Page title={t`Activity`} back={back}>
        {activity.error ? (
          <ProblemNotice error={activity.error} onRetry={() => void activity.refetch()} />
        ) : (
          <Skeleton h="12em" />
        )}
      </Page>
    );
  const found = activity.data;
  const facts = Object.entries(found.attributes);
  return (
    <Page
      title={words.kind(found.kind)}
      back={back}
      aside={
        <Status tone={found.status === "recorded" ? "good" : "quiet"}>
          {words.status(found.status)}
        </Status>
      }
      actions={found.status === "recorded" && <Revoke activity={found} />}
    >
      <Stack gap="lg">
        <Facts
          facts={[
            [
              t`Member`,
              <EntityLink key="" id={found.member_id}>
                {found.expanded?.member ? memberName(found.expanded.member) : undefined}
              </EntityLink>,
            ],
            [t`When`, <When key="" at={found.occurred_at} form="full" />],
            found.subject !== null && [t`About`, found.subject],
            found.value !== null && [t`Value`, found.value],
            found.revoked_at !== null && [
              t`Revoked`,
              <When key="" at={found.revoked_at} form="full" />,
            ],
            found.revoked_reason !== null && [t`Why it was revoked`, found.revoked_reason],
            found.revoked_points !== null && [
              t`Taken back`,
              <Points key="" value={found.revoked_points} />,
            ],
            [t`Sent by`, found.source],
            found.external_id !== null && [
              t`Your number`,
              <Copy key="" value={found.external_id} />,
            ],
            facts.length > 0 && [
              t`Your facts`,
              facts.map(([name, value]) => `${name}: ${String(value)}`).join(", "),
            ],
            [t`Id`, <Copy key="" value={found.id} />],
          ]}
        />
        <Section title={t`What it earned, and why`}>
          {why.error ? (
            <ProblemNotice error={why.error} onRetry={() => void why.refetch()} />
          ) : why.data === undefined ? (
            <Skeleton h="6em" />
          ) : (
            <RulesSay why={why.data} />
          )}
        </Section>
      </Stack>
    </Page>
  );
}

function Revoke({ activity }: { activity: Schemas["ActivityOut"] }) {
  const { t } = useLingui();
  const { client } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const toast = useToast();
  const { ask, dialog } = useConfirm();
  const send = (dry: boolean) =>
    client.POST("/v1/activities/{activity_id}/revoke", {
      params: { path: { activity_id: activity.id }, query: { dry_run: dry } },
      body: null,
    });
  const allowed = may("activities:write");
  const revoke = () =>
    ask({
      title: t`Revoke the activity?`,
      preview: async () => {
        const planned = (await send(true)).data as Schemas["DryRunOut"];
        return (
          <>
            <Trans>What it earned is taken back. This cannot be undone.</Trans>{" "}
            <Effects planned={planned} />
          </>
        );
      },
      action: t`Revoke`,
      run: async () => {
        await send(false);
        await queries.invalidateQueries();
        toast.done(t`The activity is revoked.`);
      },
    });
  return (
    <>
      <Tooltip label={t`Your role may look at activities, not change them.`} disabled={allowed}>
        <Button
          variant="default"
          data-disabled={!allowed || undefined}
          aria-disabled={!allowed}
          onClick={() => allowed && revoke()}
        >
          <Trans>Revoke…</Trans>
        </Button>
      </Tooltip>
      {dialog}
    </>
  );
}
