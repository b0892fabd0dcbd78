import { QueryClientProvider } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { ApiProvider } from "@/api/context";
import { Frame } from "./frame/Frame";
import { newQueryClient } from "./queries";
import { Session } from "./Session";

/** The frame around every screen of one tenant, or of the platform. */
export function Shell({ tenant }: { tenant?: string }) {
  const params = useParams({ strict: false }) as { tenant?: string };
  const name = tenant ?? params.tenant ?? "";
  // A cache for each tenant alone, so that none can show another's answers.
  const queries = useMemo(() => newQueryClient(name), [name]);
  return (
    <QueryClientProvider client={queries} key={name}>
      <ApiProvider tenant={name}>
        <Session>
          <Frame />
        </Session>
      </ApiProvider>
    </QueryClientProvider>
  );
}
