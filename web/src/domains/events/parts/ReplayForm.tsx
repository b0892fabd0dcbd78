import { plural } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schemas, useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { formatNumber } from "@/ui/format";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useToast } from "@/ui/toast";
import type { Endpoint } from "./EndpointForm";

/** Sends again what an endpoint missed since a moment; says before how much that is. */
export function ReplayForm({ endpoint }: { endpoint: Endpoint }) {
  const { t, i18n } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const replay = async (values: { since: string | null; delivered: boolean }, dry: boolean) => {
    const params = {
      path: { webhook_endpoint_id: endpoint.id },
      query: dry ? { dry_run: true } : {},
    };
    const body = { since: values.since ?? "", delivered: values.delivered };
    return (
      await client.POST("/v1/webhook-endpoints/{webhook_endpoint_id}/replay", { params, body })
    ).data;
  };
  const { form, save, saving, notices } = useApiForm({
    initialValues: { since: null as string | null, delivered: false },
    submit: async (values) => (await replay(values, false)) as Schemas["ReplayOut"],
    onSaved: async (answer) => {
      const count = formatNumber(answer?.deliveries ?? 0, i18n.locale);
      drawer.close();
      toast.done(t`${count} messages are sent again.`);
      await queries.invalidateQueries();
    },
  });
  const { since, delivered } = form.values;
  const planned = useQuery({
    queryKey: ["replay", endpoint.id, since, delivered],
    enabled: since !== null && !saving,
    gcTime: 0,
    retry: false,
    queryFn: async () => {
      const { answer } = (await replay({ since, delivered }, true)) as Schemas["DryRunOut"];
      return (answer as unknown as Schemas["ReplayOut"]).deliveries;
    },
  });
  const count = planned.data;
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <Text>
          <Trans>
            Messages keep their ids, so a program that notes them notices repeats. At most 10,000
            are sent at once.
          </Trans>
        </Text>
        <DateTimeInput label={t`Since`} required {...form.getInputProps("since")} />
        <Checkbox
          label={t`Also those that arrived`}
          {...form.getInputProps("delivered", { type: "checkbox" })}
        />
        {planned.isLoading && <Skeleton h="1.4em" />}
        <ProblemNotice error={planned.error} />
        {count !== undefined && (
          <Text role="status">
            {t`${plural(count, {
              0: "There is nothing to send again.",
              one: "# message will be sent.",
              other: "# messages will be sent.",
            })}`}
          </Text>
        )}
        <Submit
          saving={saving}
          blocked={
            since === null
              ? t`Say since when`
              : count === 0
                ? t`There is nothing to send`
                : undefined
          }
        >
          <Trans>Send again</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
