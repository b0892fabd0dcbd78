import { useLingui } from "@lingui/react/macro";
import { Status } from "@/ui/Status";
import type { Endpoint } from "./EndpointForm";

/** Whether an endpoint is called, as a dot and a word. */
export function EndpointStatus({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useLingui();
  if (endpoint.status === "enabled") return <Status tone="good">{t`Is called`}</Status>;
  return <Status tone="attention">{t`Paused`}</Status>;
}
