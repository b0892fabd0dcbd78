import { useLingui } from "@lingui/react/macro";
import { Box, Tooltip } from "@mantine/core";
import { useLive } from "../live";

/** A dot that says whether what is on the screen keeps itself up to date. */
export function LiveMark() {
  const { t } = useLingui();
  const state = useLive();
  if (state === "off") return null;
  const words =
    state === "connected" ? t`Live: what happens appears by itself` : t`Connecting again…`;
  const colour = state === "connected" ? "var(--tone-good)" : "var(--tone-waiting)";
  return (
    <Tooltip label={words}>
      <Box
        role="status"
        aria-label={words}
        w="0.5rem"
        h="0.5rem"
        bdrs="xl"
        style={{ background: colour }}
        visibleFrom="sm"
      />
    </Tooltip>
  );
}
