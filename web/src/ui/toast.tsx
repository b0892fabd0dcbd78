import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Anchor, Group, Text } from "@mantine/core";
import { type NotificationData, notifications } from "@mantine/notifications";
import { type ReactNode, useMemo } from "react";
import { ProblemNotice } from "./ProblemNotice";

interface Toast {
  /** Takes it back, where the API can: the toast then offers “Undo” for ten seconds. */
  undo?: () => Promise<unknown>;
}

const SHOWN = 5_000;
const UNDOABLE = 10_000;

export interface Toasts {
  /** Say that something was done. */
  done: (words: ReactNode, toast?: Toast) => void;
  /** Show what went wrong where no form can. */
  failed: (error: unknown) => void;
}

/** Short notices at the edge of the screen. */
export function useToast(): Toasts {
  return useMemo(() => ({ done, failed }), []);
}

function done(words: ReactNode, { undo }: Toast = {}) {
  const id = crypto.randomUUID();
  const takeBack = async () => {
    notifications.hide(id);
    try {
      await undo?.();
      show({ message: <Trans>It was taken back.</Trans>, autoClose: SHOWN });
    } catch (error) {
      failed(error);
    }
  };
  show({
    id,
    autoClose: undo ? UNDOABLE : SHOWN,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text>{words}</Text>
        {undo && (
          <Anchor component="button" type="button" fw={600} onClick={() => void takeBack()}>
            <Trans>Undo</Trans>
          </Anchor>
        )}
      </Group>
    ),
  });
}

function failed(error: unknown) {
  show({ message: <ProblemNotice error={error} />, autoClose: false, color: "red" });
}

function show(notice: NotificationData) {
  notifications.show({ closeButtonProps: { "aria-label": i18n._(msg`Close`) }, ...notice });
}
