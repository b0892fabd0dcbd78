import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useApi } from "@/api/context";
import type { Import } from "./words";

type Step = "dry-run" | "start" | "stop";

/** Ask for a step of an import; what comes back is shown at once. */
export function useSteps(run: Import) {
  const { client, api } = useApi();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const params = { params: { path: { import_id: run.id } } };
  const show = (data: unknown) =>
    queries.setQueryData(
      api.queryOptions("get", "/v1/imports/{import_id}", params).queryKey,
      data as Import,
    );
  const doing = async (ask: () => Promise<{ data?: unknown }>) => {
    setBusy(true);
    setError(null);
    try {
      const { data } = await ask();
      show(data);
      return true;
    } catch (trouble) {
      setError(trouble);
      return false;
    } finally {
      setBusy(false);
    }
  };
  const go = (step: Step) =>
    doing(() => {
      if (step === "dry-run") return client.POST("/v1/imports/{import_id}/dry-run", params);
      if (step === "start") return client.POST("/v1/imports/{import_id}/start", params);
      return client.POST("/v1/imports/{import_id}/stop", params);
    });
  const forget = () => doing(() => client.DELETE("/v1/imports/{import_id}/content", params));
  return { go, forget, doing, busy, error };
}
