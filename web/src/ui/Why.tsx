import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, List, Loader, Popover, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemNotice } from "./ProblemNotice";

interface WhyProps {
  /** Names the number: it is the popover's heading. */
  title: ReactNode;
  /** The explanation, when it is known already: sentences or anything else. */
  explanation?: string[] | ReactNode;
  /** Fetches it when it is asked for. */
  load?: () => Promise<string[] | ReactNode>;
  /** What the explanation belongs to, so that it is fetched once: `["why", purchase.id]`. */
  id?: readonly unknown[];
  /** What one clicks; without it the word “Why?”. */
  children?: ReactNode;
}

/** Explains a number where it stands. */
export function Why({ title, explanation, load, id, children }: WhyProps) {
  const { t } = useLingui();
  return (
    <Popover width="min(26rem, 90vw)" position="bottom-start" withArrow trapFocus shadow="md">
      <Popover.Target>
        <Anchor
          component="button"
          type="button"
          inherit
          c="dimmed"
          underline="always"
          title={children === undefined ? undefined : t`Explain this`}
        >
          {children ?? <Trans>Why?</Trans>}
        </Anchor>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          <Text fw={600}>{title}</Text>
          {load ? <Loaded load={load} id={id ?? [load]} /> : <Sentences of={explanation} />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Loaded({ load, id }: { load: NonNullable<WhyProps["load"]>; id: readonly unknown[] }) {
  const found = useQuery({ queryKey: ["why", ...id], queryFn: load });
  if (found.error) return <ProblemNotice error={found.error} />;
  if (found.isPending) return <Loader type="dots" size="sm" />;
  return <Sentences of={found.data} />;
}

function Sentences({ of }: { of: string[] | ReactNode }) {
  if (!Array.isArray(of) || !of.every((each) => typeof each === "string")) return <>{of}</>;
  if (of.length === 1) return <Text>{of[0]}</Text>;
  return (
    <List spacing="xxs">
      {of.map((sentence) => (
        <List.Item key={sentence}>{sentence}</List.Item>
      ))}
    </List>
  );
}
