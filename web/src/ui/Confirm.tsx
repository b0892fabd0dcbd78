import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { Submit } from "./forms/Submit";
import { ProblemNotice } from "./ProblemNotice";

export interface Question {
  /** Repeats what and whom: `Archive the tier “Gold”?` */
  title: ReactNode;
  /** What it does, when that is known without asking. */
  effect?: ReactNode;
  /** Asks the API by a dry run what it would do: `12 members will fall to Silver`. */
  preview?: () => Promise<ReactNode>;
  /** The verb on the button: `Archive`. */
  action: ReactNode;
  /** Irreversible: this text must be typed first, such as the member's name. */
  type?: string;
  /** Whether it destroys something (the default), so that the button is red. */
  destructive?: boolean;
  /** Does it; the dialog stays open, with the problem, when it throws. */
  run: () => Promise<unknown>;
}

/**
 * `const { ask, dialog } = useConfirm()`: put `dialog` anywhere into the page and call `ask({…})`.
 */
export function useConfirm(): { ask: (question: Question) => void; dialog: ReactNode } {
  const [asked, setAsked] = useState<{ question: Question; nth: number } | null>(null);
  return {
    ask: (question) => setAsked((old) => ({ question, nth: (old?.nth ?? 0) + 1 })),
    dialog: asked && <Confirm key={asked.nth} {...asked.question} onClose={() => setAsked(null)} />,
  };
}

/** Asks before something is done that others notice: names the thing and the effect. */
export function Confirm({
  title,
  effect,
  preview,
  action,
  type,
  destructive = true,
  run,
  onClose,
}: Question & { onClose: () => void }) {
  const { t } = useLingui();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const seen = useQuery({
    queryKey: ["confirm", id],
    queryFn: async () => ({ words: await preview?.() }),
    // Once it is done, what would have been has no meaning any more.
    enabled: preview !== undefined && !running,
    gcTime: 0,
    retry: false,
  });
  const waiting = preview !== undefined && seen.isPending;
  const blocked = waiting
    ? t`The effect is being computed`
    : type !== undefined && typed.trim() !== type
      ? t`Type ${type} first`
      : undefined;
  const act = async () => {
    setRunning(true);
    setError(null);
    try {
      await run();
      onClose();
    } catch (thrown) {
      setError(thrown);
      setRunning(false);
    }
  };
  return (
    <Modal
      opened
      onClose={running ? () => undefined : onClose}
      title={title}
      closeButtonProps={{ "aria-label": t`Close` }}
      centered
    >
      <Stack>
        {effect !== undefined && <Text component="div">{effect}</Text>}
        {waiting && <Skeleton h="1.4em" />}
        {seen.data?.words != null && <Text component="div">{seen.data.words}</Text>}
        {Boolean(seen.error ?? error) && <ProblemNotice error={error ?? seen.error} />}
        {type !== undefined && (
          <TextInput
            label={<Trans>This cannot be undone. Type “{type}” to go on.</Trans>}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && blocked === undefined && !running) void act();
            }}
            autoComplete="off"
            data-autofocus
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} disabled={running}>
            <Trans>Cancel</Trans>
          </Button>
          <Submit
            saving={running}
            waits={<Trans>Working on it…</Trans>}
            blocked={seen.error ? t`It cannot be done` : blocked}
            color={destructive ? "red" : undefined}
            onClick={() => void act()}
          >
            {action}
          </Submit>
        </Group>
      </Stack>
    </Modal>
  );
}
