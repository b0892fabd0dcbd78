import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";

const Palette = lazy(() => import("./Palette"));

/** Opens the palette, which is loaded when it is first wanted. */
export function PaletteButton() {
  const { t } = useLingui();
  const [wanted, setWanted] = useState(0);
  const open = () => setWanted((count) => count + 1);
  useHotkeys([["mod+K", open]], []);
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconSearch size={14} aria-hidden />}
        onClick={open}
        aria-label={t`Search for screens, actions and members`}
      >
        <Trans>Search</Trans>
      </Button>
      {wanted > 0 && (
        <Suspense fallback={null}>
          <Palette wanted={wanted} />
        </Suspense>
      )}
    </>
  );
}
