import { Trans } from "@lingui/react/macro";
import { Anchor, Box, Center, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiProvider } from "@/api/context";
import { LanguageChoice } from "../../LanguageChoice";

const queries = new QueryClient({
  defaultOptions: { queries: { retry: false }, mutations: { retry: false } },
});

interface OutsideProps {
  title: string;
  subtitle?: ReactNode;
  children: ReactNode;
  /** Whether to offer the way back to the page where one signs in. */
  back?: boolean;
}

/** A page for who has not signed in: one thing in the middle. */
export function Outside(props: OutsideProps) {
  return (
    <QueryClientProvider client={queries}>
      <ApiProvider tenant="">
        <Frame {...props} />
      </ApiProvider>
    </QueryClientProvider>
  );
}

function Frame({ title, subtitle, children, back }: OutsideProps) {
  useDocumentTitle(`${title} · Laurels`);
  return (
    <Center component="main" mih="100vh" p="md">
      <Box w="100%" maw="24rem">
        <Text fw={600} ta="center" mb="md">
          Laurels
        </Text>
        <Paper withBorder p="xl">
          <Stack gap="md">
            <Box>
              <Title order={1}>{title}</Title>
              {subtitle && (
                <Text c="dimmed" mt="xs">
                  {subtitle}
                </Text>
              )}
            </Box>
            {children}
          </Stack>
        </Paper>
        <Group justify="space-between" mt="md">
          {back ? (
            <Anchor component={Link} to="/sign-in">
              <Trans>Back to sign-in</Trans>
            </Anchor>
          ) : (
            <span />
          )}
          <LanguageChoice />
        </Group>
      </Box>
    </Center>
  );
}
