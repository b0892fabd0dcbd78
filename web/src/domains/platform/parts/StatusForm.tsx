import { Trans, useLingui } from "@lingui/react/macro";
import { List, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";
import type { Tenant } from "../queries";

/** Suspends a tenant or lets it go on, with a reason for its audit log. */
export function StatusForm({ tenant }: { tenant: Tenant }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const runs = tenant.status === "active";
  const { form, save, saving, notices } = useApiForm({
    initialValues: { reason: "" },
    submit: ({ reason }) => {
      const asked = {
        params: { path: { tenant_id: tenant.id } },
        body: { reason: reason || null },
      };
      return runs
        ? client.POST("/v1/platform/tenants/{tenant_id}/suspend", asked)
        : client.POST("/v1/platform/tenants/{tenant_id}/resume", asked);
    },
    onSaved: async () => {
      drawer.close();
      toast.done(runs ? t`The tenant is suspended.` : t`The tenant goes on.`);
      await queries.invalidateQueries();
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        {runs ? (
          <List spacing="xs">
            <List.Item>
              <Trans>From now on nothing is earned, spent or redeemed: the API answers 403.</Trans>
            </List.Item>
            <List.Item>
              <Trans>Its staff can still sign in and read, and is told that it is suspended.</Trans>
            </List.Item>
            <List.Item>
              <Trans>Nothing is deleted. You can resume it at any time.</Trans>
            </List.Item>
          </List>
        ) : (
          <Text>
            <Trans>
              Members earn and spend again from now on. What was refused meanwhile is not made up
              for.
            </Trans>
          </Text>
        )}
        <TextInput
          label={t`Reason`}
          description={t`Stands in the tenant’s audit log, where its staff can read it.`}
          maxLength={500}
          {...form.getInputProps("reason")}
        />
        <Submit saving={saving} {...(runs && { color: "red" })}>
          {runs ? t`Suspend the tenant` : t`Resume the tenant`}
        </Submit>
      </Stack>
    </form>
  );
}
