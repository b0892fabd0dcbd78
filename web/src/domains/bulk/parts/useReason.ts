import { useLingui } from "@lingui/react";
import { REASONS } from "../words";

interface Failure {
  code: string | null;
  message: string | null;
}

/** Says why it was not done to somebody. */
export function useReason(): (failure: Failure) => string {
  const { _ } = useLingui();
  return ({ code, message }) => {
    const known = REASONS[code ?? ""];
    return known ? _(known) : (message ?? code ?? "");
  };
}
