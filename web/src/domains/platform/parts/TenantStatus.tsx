import { Trans } from "@lingui/react/macro";
import { Status } from "@/ui/Status";
import type { Tenant } from "../queries";

export function TenantStatus({ status }: { status: Tenant["status"] }) {
  return status === "active" ? (
    <Status tone="good">
      <Trans>Active</Trans>
    </Status>
  ) : (
    <Status tone="bad">
      <Trans>Suspended</Trans>
    </Status>
  );
}
