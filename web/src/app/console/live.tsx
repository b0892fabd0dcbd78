import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useApi, useMay } from "@/api/context";
import { follow } from "@/api/stream";
import { DOMAINS } from "./domains";

export type LiveState = "connected" | "connecting" | "off";

const LiveContext = createContext<LiveState>("off");

/** Whether news of the tenant arrive by themselves. */
export const useLive = () => useContext(LiveContext);

const GATHER = 250;

/** Make old what an event has changed: each room names the answers that its events touch. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { tenant } = useApi();
  const may = useMay();
  const queries = useQueryClient();
  const allowed = may("events:read");
  const [state, setState] = useState<LiveState>(allowed ? "connecting" : "off");
  useEffect(() => {
    if (!allowed) return;
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
    let begun = false;
    const onOpen = () => {
      setState("connected");
      // Something may have been missed while nobody listened.
      if (begun) queries.invalidateQueries();
      begun = true;
    };
    const onEvent = (type: string) => {
      for (const prefix of answersOf(type)) touched.add(prefix);
      // Many events of one moment ask anew once.
      if (touched.size > 0) timer ??= setTimeout(flush, GATHER);
    };
    const onBreak = () => setState("connecting");
    follow(tenant, { onEvent: (event) => onEvent(event.type), onOpen, onBreak }, abort.signal);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [tenant, queries, allowed]);
  return <LiveContext value={state}>{children}</LiveContext>;
}

/** Return the beginnings of the addresses whose answers an event makes old. */
export function answersOf(event: string): string[] {
  return DOMAINS.flatMap((domain) =>
    Object.entries(domain.live ?? {})
      .filter(([pattern]) => matches(pattern, event))
      .flatMap(([, prefixes]) => prefixes),
  );
}

function matches(pattern: string, event: string): boolean {
  if (pattern === "*") return true;
  return pattern.endsWith(".*") ? event.startsWith(pattern.slice(0, -1)) : pattern === event;
}
