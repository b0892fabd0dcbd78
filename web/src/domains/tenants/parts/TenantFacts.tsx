import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Schemas, useApi, useMay } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Submit } from "@/ui/forms/Submit";
import { useApiForm } from "@/ui/forms/useApiForm";
import { Facts, Section } from "@/ui/Page";
import { usePlanLimits } from "@/ui/planLimits";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { Status } from "@/ui/Status";
import { useToast } from "@/ui/toast";
import { When } from "@/ui/When";

type Tenant = Schemas["TenantOut"];

/** What the tenant is: most of it was settled when it was created. */
export function TenantFacts() {
  const { t } = useLingui();
  const { api } = useApi();
  const planLimits = usePlanLimits();
  const may = useMay();
  const drawer = useDrawer();
  const tenant = api.useQuery("get", "/v1/tenant");
  if (tenant.error) return <ProblemNotice error={tenant.error} />;
  if (!tenant.data) return null;
  const { data } = tenant;
  const limits = planLimits(data.plan.limits);
  return (
    <Section
      title={t`Your business`}
      hint={<Trans>Only the name can be changed: amounts and days were counted in the rest.</Trans>}
      actions={
        may("tenants:write") && (
          <Button size="xs" variant="default" onClick={() => drawer.open("rename")}>
            <Trans>Rename</Trans>
          </Button>
        )
      }
    >
      <Facts
        facts={[
          [<Trans key="n">Name</Trans>, data.name],
          [<Trans key="s">Short name</Trans>, <Copy key="c" value={data.slug} />],
          [
            <Trans key="st">Status</Trans>,
            data.status === "active" ? (
              <Status tone="good">
                <Trans>Active</Trans>
              </Status>
            ) : (
              <Status tone="bad">
                <Trans>Suspended: nothing is earned or spent</Trans>
              </Status>
            ),
          ],
          [<Trans key="cu">Currency</Trans>, data.currency],
          [<Trans key="z">Time zone</Trans>, data.time_zone],
          [
            <Trans key="p">Set up as</Trans>,
            data.preset === "shopify" ? t`A shop, with tiers` : t`A plain programme`,
          ],
          data.test && [<Trans key="t">Kind</Trans>, t`Test tenant: nothing here is real`],
          [
            <Trans key="pl">Plan</Trans>,
            <>
              {data.plan.name} <Text c="dimmed">{limits}</Text>
            </>,
          ],
          [<Trans key="w">Created</Trans>, <When key="a" at={data.created_at} form="short" />],
        ]}
      />
      <Drawer id="rename" title={t`Rename`}>
        <RenameForm tenant={data} />
      </Drawer>
    </Section>
  );
}

/** Gives the tenant another name. */
function RenameForm({ tenant }: { tenant: Tenant }) {
  const { t } = useLingui();
  const { client } = useApi();
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  const [begun, setBegun] = useState(tenant);
  const [theirs, setTheirs] = useState<Tenant | null>(null);
  const { form, save, saving, changed, notices } = useApiForm({
    initialValues: { name: begun.name },
    submit: ({ name }) => client.PATCH("/v1/tenant", { body: { name, version: begun.version } }),
    onSaved: async () => {
      drawer.close();
      toast.done(t`Renamed`);
      await queries.invalidateQueries();
    },
    label: () => t`Name`,
    latest: async () => {
      const { data } = await client.GET("/v1/tenant");
      setTheirs(data as Tenant);
      return { name: (data as Tenant).name };
    },
    onLatest: () => {
      if (theirs === null) return;
      setBegun(theirs);
      form.setValues({ name: theirs.name });
      form.resetDirty({ name: theirs.name });
    },
  });
  return (
    <form onSubmit={save}>
      <Stack>
        {notices}
        <TextInput
          label={t`Name`}
          description={t`Stands at the top of this console and in mails to your staff.`}
          required
          {...form.getInputProps("name")}
        />
        <Submit saving={saving} blocked={changed ? undefined : t`Nothing has changed`}>
          <Trans>Rename</Trans>
        </Submit>
      </Stack>
    </form>
  );
}
