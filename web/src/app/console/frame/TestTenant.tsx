import { Trans } from "@lingui/react/macro";
import { Badge } from "@mantine/core";
import { useMe } from "@/api/context";
import { When } from "@/ui/When";

/** Says that nothing here is real, and which time it is where the clock was moved. */
export function TestTenant() {
  const { tenant } = useMe();
  if (!tenant?.test) return null;
  return (
    <Badge color="yellow" variant="light" c="var(--mantine-color-text)" tt="none">
      {tenant.clock ? (
        <Trans>
          Test, clock at <When at={tenant.clock} form="full" />
        </Trans>
      ) : (
        <Trans>Test</Trans>
      )}
    </Badge>
  );
}
