import { Trans, useLingui } from "@lingui/react/macro";
import { Button, type ButtonProps, Group, Loader, Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

interface SubmitProps extends Pick<ButtonProps, "color" | "variant"> {
  /** What it does, as a verb: `Give 500 points`. */
  children: ReactNode;
  /** It is on its way; the button is off meanwhile. */
  saving: boolean;
  /** What it waits for while it is on its way: `Moving the points…`. */
  waits?: ReactNode;
  /** Why it cannot be pressed; undefined when it can. */
  blocked?: string | undefined;
  /** Without it the button sends the form around it. */
  onClick?: () => void;
  /** Beside it: a way back. */
  aside?: ReactNode;
}

/** The button that writes: off in flight, and it says what it waits for or why it is off. */
export function Submit({ children, saving, waits, blocked, onClick, aside, ...look }: SubmitProps) {
  const { t } = useLingui();
  const off = saving || blocked !== undefined;
  return (
    <Group gap="sm">
      <Tooltip label={blocked ?? ""} disabled={blocked === undefined} events={HOW}>
        <Button
          type={onClick ? "button" : "submit"}
          onClick={(event) => {
            if (off) event.preventDefault();
            else onClick?.();
          }}
          // Stays focusable, so that keyboards can learn why it is off.
          data-disabled={off || undefined}
          aria-disabled={off}
          aria-label={saving ? t`Please wait` : undefined}
          leftSection={saving && <Loader size="xs" color="currentColor" />}
          {...look}
        >
          {children}
        </Button>
      </Tooltip>
      {aside}
      {saving && (
        <Text c="dimmed" role="status">
          {waits ?? <Trans>Saving…</Trans>}
        </Text>
      )}
    </Group>
  );
}

const HOW = { hover: true, focus: true, touch: true };
