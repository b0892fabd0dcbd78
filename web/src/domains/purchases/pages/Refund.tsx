import { Trans, useLingui } from "@lingui/react/macro";
import { Skeleton } from "@mantine/core";
import { Navigate, useParams } from "@tanstack/react-router";
import { useApi } from "@/api/context";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { useTenantPath } from "@/ui/tenant";

/** A refund is read beside what it took back of: on the page of its purchase. */
export default function RefundPage() {
  const { t } = useLingui();
  const { refundId } = useParams({ strict: false }) as { refundId: string };
  const { api } = useApi();
  const below = useTenantPath();
  const refund = api.useQuery("get", "/v1/refunds/{refund_id}", {
    params: { path: { refund_id: refundId } },
  });
  if (refund.data) return <Navigate to={below(`purchases/${refund.data.purchase_id}`)} replace />;
  return (
    <Page title={t`Refund`} back={{ to: "refunds", label: <Trans>Refunds</Trans> }}>
      {refund.error ? <ProblemNotice error={refund.error} /> : <Skeleton h="8em" />}
    </Page>
  );
}
