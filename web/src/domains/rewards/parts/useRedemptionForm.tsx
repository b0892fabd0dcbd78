import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useDrawer } from "@/ui/Drawer";
import { useApiForm } from "@/ui/forms/useApiForm";
import { useToast } from "@/ui/toast";

/** A form that moves a redemption: closes its drawer and makes everything on screen true again. */
export function useRedemptionForm<V extends Record<string, unknown>>(
  initialValues: V,
  submit: (values: V) => Promise<unknown>,
  done: ReactNode,
) {
  const queries = useQueryClient();
  const drawer = useDrawer();
  const toast = useToast();
  return useApiForm<V>({
    initialValues,
    submit,
    onSaved: async () => {
      drawer.close();
      toast.done(done);
      await queries.invalidateQueries();
    },
  });
}
