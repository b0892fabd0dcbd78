import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { Page } from "@/ui/Page";
import { ProblemNotice } from "@/ui/ProblemNotice";

interface LoadingProps {
  title: string;
  back?: { to: string; label: ReactNode };
  query: { error: unknown; refetch: () => unknown };
}

/** A page whose object is on its way, or cannot be had. */
export function Loading({ title, back, query }: LoadingProps) {
  return (
    <Page title={title} back={back}>
      {query.error ? (
        <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton h="12em" />
      )}
    </Page>
  );
}
