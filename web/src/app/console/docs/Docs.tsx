import { Trans, useLingui } from "@lingui/react/macro";
import { Anchor, Box, Container, Group, Skeleton } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link, useParams, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Empty } from "@/ui/Empty";
import { Markdown } from "./Markdown";
import { textOf } from "./pages";

const FIRST = "index.md";

/** The documentation of this version, in English as it is written. It needs no signing in. */
export default function Docs() {
  const { t } = useLingui();
  const params = useParams({ strict: false }) as { _splat?: string };
  const page = params._splat || FIRST;
  const hash = useRouterState({ select: (state) => state.location.hash });
  const [shown, setShown] = useState<{ page: string; text: string | null } | null>(null);
  useEffect(() => {
    let current = true;
    void textOf(page).then((text) => current && setShown({ page, text }));
    return () => {
      current = false;
    };
  }, [page]);
  useEffect(() => {
    const place = hash === "" ? null : document.getElementById(hash);
    if (place) place.scrollIntoView();
    else window.scrollTo(0, 0);
  }, [shown, hash]);
  const title = /^# (.*)$/m.exec(shown?.text ?? "")?.[1] ?? t`Documentation`;
  useDocumentTitle(`${title} · Laurels`);
  return (
    <Container component="main" size="md" py="lg">
      <Group gap="md">
        <Anchor component={Link} to="/docs/index.md">
          <Trans>All pages</Trans>
        </Anchor>
        <Anchor href="/docs">
          <Trans>All endpoints of the API</Trans>
        </Anchor>
      </Group>
      {shown?.page !== page ? (
        <Skeleton h="20em" mt="lg" />
      ) : shown.text === null ? (
        <Empty title={t`There is no such page`}>
          <Trans>The list of all pages stands above.</Trans>
        </Empty>
      ) : (
        <Box lang="en">
          <Markdown text={shown.text} page={page} />
        </Box>
      )}
    </Container>
  );
}
