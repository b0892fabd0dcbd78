import { QueryClient } from "@tanstack/react-query";
import { Problem } from "@/api/problems";

/** A cache of answers for one tenant alone, so that none can show another's. */
export function newQueryClient(_tenant: string): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (count, error) => !(error instanceof Problem && error.status < 500) && count < 2,
      },
      mutations: { retry: false },
    },
  });
}
