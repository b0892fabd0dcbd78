import { useApi, useMay } from "@/api/context";
import type { Action, Screen } from "@/ui/domain";
import { DOMAINS } from "./domains";

const scopeOf = (tenant: string) => (tenant === "platform" ? "platform" : "tenant");

/** The screens of this side that the person may see. */
export function useScreens(): Screen[] {
  const { tenant } = useApi();
  const may = useMay();
  return DOMAINS.filter((domain) => (domain.scope ?? "tenant") === scopeOf(tenant))
    .flatMap((domain) => domain.screens)
    .filter((screen) => screen.permissions === undefined || screen.permissions.some(may));
}

/** What the person may begin from anywhere. */
export function useActions(): Action[] {
  const { tenant } = useApi();
  const may = useMay();
  return DOMAINS.filter((domain) => (domain.scope ?? "tenant") === scopeOf(tenant))
    .flatMap((domain) => domain.actions ?? [])
    .filter((action) => may(action.permission));
}
