import { useRouter, useSearch } from "@tanstack/react-router";
import { placeAfter, rememberTenant } from "../places";

/** Return what goes on to the tenant that somebody has just signed in to. */
export function useEntrance(): (tenant: string) => void {
  const router = useRouter();
  const search = useSearch({ strict: false }) as { next?: unknown };
  return (tenant) => {
    rememberTenant(tenant);
    router.history.replace(router.basepath + placeAfter(search.next, tenant));
  };
}
