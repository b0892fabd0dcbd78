import { Center, Loader } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Navigate, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { MeProvider, useApi } from "@/api/context";
import { Problem } from "@/api/problems";
import { follow } from "@/api/stream";
import { ProblemNotice } from "@/ui/ProblemNotice";
import { DOMAINS } from "./domains";

/** Who is signed in here; everything inside may rely on it, and hears of what happens. */
export function Session({ children }: { children: ReactNode }) {
  const { api } = useApi();
  const me = api.useQuery("get", "/v1/me");
  const here = useLocation({ select: (location) => location.href });
  if (me.error instanceof Problem && me.error.status === 401)
    return <Navigate to="/sign-in" search={{ next: here } as never} replace />;
  if (me.error) return <ProblemNotice error={me.error} />;
  if (me.data === undefined)
    return (
      <Center h="100vh">
        <Loader type="dots" />
      </Center>
    );
  return (
    <MeProvider value={me.data}>
      <LiveUpdates />
      {children}
    </MeProvider>
  );
}

/** Make old what an event has changed: each room names the answers that its events touch. */
function LiveUpdates() {
  const { tenant } = useApi();
  const queries = useQueryClient();
  useEffect(() => {
    const abort = new AbortController();
    const touched = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const prefixes = [...touched];
      touched.clear();
      queries.invalidateQueries({
        predicate: (query) => prefixes.some((p) => String(query.queryKey[1]).startsWith(p)),
      });
    };
    const refresh = (prefixes: string[]) => {
      for (const prefix of prefixes) touched.add(prefix);
      // Many events of one moment ask anew once.
      if (prefixes.length > 0) timer ??= setTimeout(flush, 250);
    };
    let begun = false;
    const onGap = () => {
      if (begun) queries.invalidateQueries();
      begun = true;
    };
    follow(tenant, (event) => refresh(answersOf(event.type)), onGap, abort.signal);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [tenant, queries]);
  return null;
}

function answersOf(event: string): string[] {
  return DOMAINS.flatMap((domain) =>
    Object.entries(domain.live ?? {})
      .filter(([pattern]) =>
        pattern.endsWith(".*") ? event.startsWith(pattern.slice(0, -1)) : pattern === event,
      )
      .flatMap(([, prefixes]) => prefixes),
  );
}
