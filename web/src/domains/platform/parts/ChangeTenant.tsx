import { Trans, useLingui } from "@lingui/react/macro";
import { Alert, Select, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "@/api/context";
import { useDrawer } from "@/ui/Drawer";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";
import { type Tenant, usePlans } from "../queries";
import { usePlanLimits } from "@/ui/planLimits";

/** Renames a tenant or puts it on another plan. */
export function ChangeTenant({ tenant }: { tenant: Tenant }) {
  const [begun, setBegun] = useState(tenant);
  return <Form key={begun.version} tenant={begun} onTheirs={setBegun} />;
}

function Form({ tenant, onTheirs }: { tenant: Tenant; onTheirs: (tenant: Tenant) => void }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const plans = usePlans();
  const limits = usePlanLimits();
  const [theirs, setTheirs] = useState<Tenant | null>(null);
  const params = { path: { tenant_id: tenant.id } };
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: { name: tenant.name, plan: tenant.plan },
    submit: (values) =>
      client.PATCH("/v1/platform/tenants/{tenant_id}", {
        params,
        body: { ...values, version: tenant.version },
      }),
    onSaved: async () => {
      drawer.close();
      toast.done(t`Saved`);
      await queries.invalidateQueries();
    },
    label: (name) => (name === "name" ? t`Name` : t`Plan`),
    latest: async () => {
      const { data } = await client.GET("/v1/platform/tenants/{tenant_id}", { params });
      setTheirs(data as Tenant);
      return { name: (data as Tenant).name, plan: (data as Tenant).plan };
    },
    onLatest: () => theirs && onTheirs(theirs),
  });
  const chosen = plans.all.find(({ code }) => code === form.values.plan);
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput label={t`Name`} required {...form.getInputProps("name")} />
        <Select
          label={t`Plan`}
          allowDeselect={false}
          data={plans.choices}
          {...form.getInputProps("plan")}
        />
        {chosen && form.values.plan !== tenant.plan && (
          <Alert color="gray" role="status" title={t`What will change`}>
            {limits(chosen.limits)}.{" "}
            <Trans>What the tenant has beyond that it keeps, and gets no more of.</Trans>
          </Alert>
        )}
        <Submit saving={saving} blocked={changed ? undefined : t`Nothing has changed`}>
          <Trans>Save</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
