import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Skeleton, Text } from "@mantine/core";
import { useParams } from "@tanstack/react-router";
import { useApi, useMay } from "@/api/context";
import { Copy } from "@/ui/Copy";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { Figure } from "@/ui/Figure";
import { formatNumber } from "@/ui/format";
import { Columns, Facts, Page, Section } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { When } from "@/ui/When";
import { ChangeTenant } from "../parts/ChangeTenant";
import { StatusForm } from "../parts/StatusForm";
import { TenantStatus } from "../parts/TenantStatus";
import { usePlanLimits } from "@/ui/planLimits";
import { type Tenant as TenantOut, useFigures, usePlans } from "../queries";

/** One tenant as the operator sees it: how large it is, its plan, and whether it runs. */
export default function Tenant() {
  const { t } = useLingui();
  const { tenantId } = useParams({ strict: false }) as { tenantId: string };
  const { api } = useApi();
  const tenant = api.useQuery("get", "/v1/platform/tenants/{tenant_id}", {
    params: { path: { tenant_id: tenantId } },
  });
  const back = { to: "tenants", label: <Trans>Tenants</Trans> };
  if (!tenant.data)
    return (
      <Page title={t`Tenant`} back={back}>
        {tenant.error ? <ProblemNotice error={tenant.error} /> : <Skeleton h="20em" />}
      </Page>
    );
  return <Known tenant={tenant.data} back={back} />;
}

interface KnownProps {
  tenant: TenantOut;
  back: { to: string; label: React.ReactNode };
}

function Known({ tenant, back }: KnownProps) {
  const { t, i18n } = useLingui();
  const may = useMay();
  const drawer = useDrawer();
  const plans = usePlans();
  const limits = usePlanLimits();
  const figures = useFigures([tenant.id]).get(tenant.id);
  const { name } = tenant;
  const runs = tenant.status === "active";
  const plan = plans.all.find(({ code }) => code === tenant.plan);
  const figure = (value: number | undefined) =>
    value === undefined ? "" : formatNumber(value, i18n.locale);
  const loading = figures === undefined;
  return (
    <Page
      title={tenant.name}
      aside={<TenantStatus status={tenant.status} />}
      back={back}
      actions={
        may("platform:write") && (
          <>
            <Button variant="default" onClick={() => drawer.open("change")}>
              <Trans>Name and plan</Trans>
            </Button>
            <Button
              variant="default"
              color={runs ? "red" : undefined}
              onClick={() => drawer.open("status")}
            >
              {runs ? <Trans>Suspend…</Trans> : <Trans>Resume…</Trans>}
            </Button>
          </>
        )
      }
    >
      <Columns count={4}>
        <Figure
          label={t`Members`}
          value={figure(figures?.members)}
          definition={t`Members of the programme, blocked ones included.`}
          loading={loading}
        />
        <Figure
          label={t`Purchases`}
          value={figure(figures?.purchases)}
          definition={t`Completed purchases of members.`}
          loading={loading}
        />
        <Figure
          label={t`Last purchase`}
          value={
            figures?.last_purchase_at ? <When at={figures.last_purchase_at} /> : t`None so far`
          }
          definition={t`When the last completed purchase of a member happened.`}
          loading={loading}
        />
        <Figure
          label={t`Staff`}
          value={figure(figures?.staff)}
          definition={t`People who can sign in to its console.`}
          loading={loading}
        />
      </Columns>
      <Section title={t`Facts`}>
        <Facts
          facts={[
            [<Trans key="s">Short name</Trans>, <Copy key="c" value={tenant.slug} />],
            [<Trans key="i">Id</Trans>, <Copy key="c" value={tenant.id} />],
            [
              <Trans key="p">Plan</Trans>,
              <>
                {plans.name(tenant.plan)}
                <Text c="dimmed">{plan && limits(plan.limits)}</Text>
              </>,
            ],
            [
              <Trans key="pr">Set up as</Trans>,
              tenant.preset === "shopify" ? t`A shop` : t`A plain programme`,
            ],
            tenant.test && [<Trans key="t">Kind</Trans>, t`Test tenant`],
            [<Trans key="cu">Currency</Trans>, tenant.currency],
            [<Trans key="z">Time zone</Trans>, tenant.time_zone],
            [<Trans key="w">Created</Trans>, <When key="a" at={tenant.created_at} form="short" />],
          ]}
        />
      </Section>
      <Section title={t`Its console`}>
        <Text maw="72ch">
          <Trans>
            Operators see no members and no points, so that nothing here opens its console. Where
            you are to help, somebody on its staff invites you; what you do then is yours in its
            audit log.
          </Trans>
        </Text>
      </Section>
      <Drawer id="change" title={t`Name and plan`}>
        <ChangeTenant tenant={tenant} />
      </Drawer>
      <Drawer id="status" title={runs ? t`Suspend ${name}?` : t`Resume ${name}?`}>
        <StatusForm tenant={tenant} />
      </Drawer>
    </Page>
  );
}
