import { useApi, useMe } from "@/api/context";

/** The zone in which the tenant's days begin; all times are shown in it. */
export function useTenantZone(): string {
  return useMe().tenant?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The currency of all amounts of the tenant. */
export function useCurrency(): string {
  return useMe().tenant?.currency ?? "USD";
}

/** Where the tenant's test clock stands; null where time is the real one. */
export function useTenantClock(): number | null {
  const clock = useMe().tenant?.clock;
  return clock == null ? null : Date.parse(clock);
}

/** `useTenantPath()("members/mem_…")` is the address below the tenant of this tab. */
export function useTenantPath(): (path: string) => string {
  const { tenant } = useApi();
  return (path) => `/${tenant}${path === "" ? "" : `/${path}`}`;
}
