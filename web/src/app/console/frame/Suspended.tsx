import { Trans, useLingui } from "@lingui/react/macro";
import { Alert } from "@mantine/core";
import { useMe } from "@/api/context";

/** Says on every screen that the operator has suspended the tenant. */
export function Suspended() {
  const { t } = useLingui();
  const { tenant } = useMe();
  if (tenant?.status !== "suspended") return null;
  return (
    <Alert color="red" title={t`This tenant is suspended`} mb="md" role="status">
      <Trans>
        Nothing is earned, spent or redeemed until the operator of the platform resumes it. Reading
        still works.
      </Trans>
    </Alert>
  );
}
