import { useLingui } from "@lingui/react/macro";
import { Button, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import { useMay } from "@/api/context";

interface ActProps {
  permission: string;
  children: ReactNode;
  onClick: () => void;
}

/** A button that stays off, and says so, for those whose role may only look. */
export function Act({ permission, children, onClick }: ActProps) {
  const { t } = useLingui();
  const allowed = useMay()(permission);
  return (
    <Tooltip label={t`Your role may look at this, not change it.`} disabled={allowed}>
      <Button
        variant="default"
        data-disabled={!allowed || undefined}
        aria-disabled={!allowed}
        onClick={() => allowed && onClick()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
