import { Trans, useLingui } from "@lingui/react/macro";
import { Checkbox, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { DateTimeInput } from "@/ui/forms/DateTimeInput";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { formatNumber } from "@/ui/format";
import { useToast } from "@/ui/toast";
import type { Endpoint } from "./EndpointForm";

/** Sends again what an endpoint missed since a moment. */
export function ReplayForm({ endpoint }: { endpoint: Endpoint }) {
  const { t, i18n } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const { form, save, saving, notices } = useApiForm({
    initialValues: { since: null as string | null, delivered: false },
    submit: async ({ since, delivered }) => {
      const params = { path: { webhook_endpoint_id: endpoint.id } };
      const body = { since: since ?? "", delivered };
      return (
        await client.POST("/v1/webhook-endpoints/{webhook_endpoint_id}/replay", { params, body })
      ).data;
    },
    onSaved: async (answer) => {
      const count = formatNumber(answer?.deliveries ?? 0, i18n.locale);
      drawer.close();
      toast.done(t`${count} messages are sent again.`);
      await queries.invalidateQueries();
    },
  });
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
        <Submit
          saving={saving}
          blocked={form.values.since === null ? t`Say since when` : undefined}
        >
          <Trans>Send again</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
