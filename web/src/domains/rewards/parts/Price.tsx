import { Trans } from "@lingui/react/macro";
import { Points } from "@/ui/Points";
import type { Redemption } from "../queries";

/** What a redemption cost the member; gifts cost nothing. */
export function Price({ redemption }: { redemption: Pick<Redemption, "points_spent"> }) {
  if (redemption.points_spent === 0) return <Trans>Gift</Trans>;
  return <Points value={redemption.points_spent} bare />;
}
