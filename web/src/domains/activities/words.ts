import { useLingui } from "@lingui/react/macro";

/** What activities are called; other kinds are the tenant's own words. */
export function useActivityWords() {
  const { t } = useLingui();
  const kinds: Record<string, string> = { review: t`Review`, social_share: t`Share` };
  const statuses: Record<string, string> = { recorded: t`Recorded`, revoked: t`Revoked` };
  return {
    kind: (code: string) => kinds[code] ?? code.replaceAll("_", " "),
    status: (code: string) => statuses[code] ?? code,
  };
}
