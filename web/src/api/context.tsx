import { createContext, type ReactNode, useContext, useMemo } from "react";
import { type Client, clientOf, hooksOf } from "./client";
import type { components } from "./schema";

export type Schemas = components["schemas"];
export type Me = Schemas["MeOut"];

interface Api {
  tenant: string;
  /** For calls outside of queries: `client.POST("/v1/…", …)`. */
  client: Client;
  /** `api.useQuery("get", "/v1/…", …)` and `api.useMutation("post", "/v1/…")`. */
  api: ReturnType<typeof hooksOf>;
}

const ApiContext = createContext<Api | null>(null);
const MeContext = createContext<Me | null>(null);

export function ApiProvider({ tenant, children }: { tenant: string; children: ReactNode }) {
  const value = useMemo(() => {
    const client = clientOf(tenant);
    return { tenant, client, api: hooksOf(client) };
  }, [tenant]);
  return <ApiContext value={value}>{children}</ApiContext>;
}

export function useApi(): Api {
  const value = useContext(ApiContext);
  if (value === null) throw new Error("useApi is called outside of ApiProvider");
  return value;
}

export const MeProvider = MeContext;

/** Who is signed in, and what they may do here. */
export function useMe(): Me {
  const value = useContext(MeContext);
  if (value === null) throw new Error("useMe is called outside of MeProvider");
  return value;
}

export function useMay(): (permission: string) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission) || permissions.includes("*");
}
