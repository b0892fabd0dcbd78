import { Trans } from "@lingui/react/macro";
import { Alert, Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";

const EVERY = 5 * 60_000;

/** Says that the server has newer pages than this one; never loads them by itself. */
export function NewVersion() {
  const first = useRef<string | null>(null);
  const version = useQuery({
    queryKey: ["build"],
    queryFn: async () => (await (await fetch("/ui/version.json")).json()) as { build: string },
    refetchInterval: EVERY,
    refetchOnWindowFocus: "always",
    select: ({ build }) => {
      first.current ??= build;
      return { build, newer: build !== first.current };
    },
  });
  if (!version.data?.newer) return null;
  return (
    <Alert mb="md" role="status">
      <Group justify="space-between">
        <Text>
          <Trans>There is a new version of the console. Load it when you are ready.</Trans>
        </Text>
        <Button size="xs" onClick={() => window.location.reload()}>
          <Trans>Load it now</Trans>
        </Button>
      </Group>
    </Alert>
  );
}
