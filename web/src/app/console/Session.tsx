import { Center, Loader } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { MeProvider, useApi } from "@/api/context";
import { Problem } from "@/api/problems";
import { NotFound } from "@/ui/NotFound";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { LiveProvider } from "./live";
import { forgetTenant, rememberTenant } from "./places";

/** Who is signed in here; everything inside may rely on it, and hears of what happens. */
export function Session({ children }: { children: ReactNode }) {
  const { api, tenant } = useApi();
  const me = api.useQuery("get", "/v1/me", {}, { refetchOnWindowFocus: "always" });
  const here = useLocation({ select: (location) => location.href });
  useEffect(() => {
    if (me.data !== undefined) rememberTenant(tenant);
  }, [me.data, tenant]);
  if (me.error instanceof Problem && me.error.status === 401) {
    forgetTenant();
    return <Leave next={here} />;
  }
  if (me.error) return <ProblemNotice error={me.error} />;
  if (me.data === undefined)
    return (
      <Center h="100vh">
        <Loader type="dots" />
      </Center>
    );
  // The cookie of this name is another tenant's: the name was given anew in the meantime.
  if ((me.data.tenant?.slug ?? "platform") !== tenant) return <NotFound />;
  return (
    <MeProvider value={me.data}>
      <LiveProvider>{children}</LiveProvider>
    </MeProvider>
  );
}

/** Goes to where one signs in, once: while that page loads, this one is still here. */
function Leave({ next }: { next: string }) {
  const navigate = useNavigate();
  const left = useRef(false);
  useEffect(() => {
    if (left.current) return;
    left.current = true;
    void navigate({ to: "/sign-in", search: { next } as never, replace: true });
  }, [navigate, next]);
  return null;
}
