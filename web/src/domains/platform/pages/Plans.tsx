import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Button } from "@mantine/core";
import { useMay } from "@/api/context";
import { DocsLink } from "@/ui/DocsLink";
import { Drawer, useDrawer } from "@/ui/Drawer";
import { formatNumber } from "@/ui/format";
import { Page } from "@/ui/Page";
import { usePlanLimits } from "@/ui/planLimits";
import { Status } from "@/ui/Status";
import { DataTable } from "@/ui/table/DataTable";
import { When } from "@/ui/When";
import { PlanForm } from "../parts/PlanForm";
import { usePlans } from "../queries";

/** How much of what tenants may have. */
export default function Plans() {
  const { t, i18n } = useLingui();
  const may = useMay();
  const drawer = useDrawer();
  const limits = usePlanLimits();
  const { query, all } = usePlans();
  const chosen = all.find(({ code }) => code === drawer.id);
  const writes = may("platform:write");
  return (
    <Page
      title={t`Plans`}
      subtitle={
        <>
          <Trans>
            How much of what tenants may have. Who exceeds a limit that you lower keeps what is
            there, and gets no more.
          </Trans>{" "}
          <DocsLink page="operating/operators.md#plans" />
        </>
      }
      actions={
        writes && (
          <Button onClick={() => drawer.open("new")}>
            <Trans>New plan</Trans>
          </Button>
        )
      }
    >
      <DataTable
        label={t`Plans`}
        list={query}
        rowId={(plan) => plan.code}
        columns={[
          {
            id: "name",
            header: t`Plan`,
            cell: (plan) =>
              writes ? (
                <Anchor component="button" type="button" onClick={() => drawer.open(plan.code)}>
                  {plan.name}
                </Anchor>
              ) : (
                plan.name
              ),
          },
          { id: "code", header: t`Code`, cell: (plan) => plan.code },
          { id: "limits", header: t`Limits`, cell: (plan) => limits(plan.limits) },
          {
            id: "tenants",
            header: t`Tenants`,
            align: "right",
            cell: (plan) => formatNumber(plan.tenants, i18n.locale),
          },
          {
            id: "state",
            header: t`Use`,
            cell: (plan) =>
              plan.archived_at === null ? (
                <Status tone="good">{t`Open`}</Status>
              ) : (
                <Status tone="quiet">{t`Withdrawn`}</Status>
              ),
          },
          { id: "changed", header: t`Changed`, cell: (plan) => <When at={plan.updated_at} /> },
        ]}
        empty={null}
      />
      <Drawer id="new" title={t`New plan`}>
        <PlanForm />
      </Drawer>
      {chosen && (
        <Drawer id={chosen.code} title={chosen.name}>
          <PlanForm plan={chosen} />
        </Drawer>
      )}
    </Page>
  );
}
