import { Trans } from "@lingui/react/macro";
import { Alert, Text } from "@mantine/core";
import { Problem, Unreachable } from "@/api/problems";

/** What went wrong, in the server's own words, with the number that support asks for. */
export function ProblemNotice({ error }: { error: unknown }) {
  const problem = error instanceof Problem ? error : null;
  const request = problem?.requestId;
  return (
    <Alert
      color="red"
      role="alert"
      title={problem?.document.title ?? <Trans>That did not work</Trans>}
    >
      <Text size="sm">
        {error instanceof Unreachable ? (
          <Trans>The server cannot be reached. Check your connection and try again.</Trans>
        ) : (
          String(error instanceof Error ? error.message : error)
        )}
      </Text>
      {problem?.fields.map((field) => (
        <Text size="sm" key={`${field.field}${field.code}`}>
          {field.field}: {field.message}
        </Text>
      ))}
      {request && (
        <Text size="xs" c="dimmed" mt="xs">
          <Trans>Request {request}</Trans>
        </Text>
      )}
    </Alert>
  );
}
