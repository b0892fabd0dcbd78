import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiProvider, type Me, MeProvider } from "@/api/context";

const ID = "01h455vb4pex5vsknk084sn02q";

/** Somebody who may do everything, in a tenant of Berlin. */
const SOMEBODY: Me = {
  actor_type: "staff",
  actor_id: `stf_${ID}`,
  name: "Ada",
  email: "ada@example.com",
  role: "owner",
  session_id: null,
  permissions: ["*"],
  tenants: [],
  version: "0.0.0",
  tenant: {
    id: `ten_${ID}`,
    slug: "gallery",
    name: "Gallery",
    currency: "EUR",
    time_zone: "Europe/Berlin",
    test: true,
    clock: null,
    status: "active",
    brand_color: null,
  },
};

const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });

/** What the shell puts around every screen, without a server. */
export function Signed({ children }: { children: ReactNode }) {
  return (
    <QueryClientProvider client={queries}>
      <ApiProvider tenant="gallery">
        <MeProvider value={SOMEBODY}>{children}</MeProvider>
      </ApiProvider>
    </QueryClientProvider>
  );
}
