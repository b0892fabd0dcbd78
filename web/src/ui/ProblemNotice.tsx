import { Trans } from "@lingui/react/macro";
import { Anchor, Box, Text } from "@mantine/core";
import { type FieldProblem, Problem, Unreachable } from "@/api/problems";
import styles from "./ProblemNotice.module.css";

interface ProblemNoticeProps {
  /** Anything that was thrown; nothing shows nothing. */
  error: unknown;
  /** Problems that stand at their fields already are not told twice. */
  without?: (field: FieldProblem) => boolean;
  /** Offers to try it again. */
  onRetry?: () => void;
}

/** What went wrong, in the server's own words, with the number that support asks for. */
export function ProblemNotice({ error, without, onRetry }: ProblemNoticeProps) {
  if (error === null || error === undefined) return null;
  const problem = error instanceof Problem ? error : null;
  const request = problem?.requestId;
  const fields = problem?.fields.filter((field) => !without?.(field)) ?? [];
  return (
    <Box className={styles.notice} role="alert">
      <Text fw={600}>
        {error instanceof Unreachable ? (
          <Trans>The server cannot be reached</Trans>
        ) : (
          (problem?.document.title ?? <Trans>That did not work</Trans>)
        )}
      </Text>
      <Text>
        {error instanceof Unreachable ? (
          <Trans>Check your connection and try again.</Trans>
        ) : (
          String(error instanceof Error ? error.message : error)
        )}
      </Text>
      {fields.map((field) => (
        <Text key={`${field.field}${field.code}`}>
          {field.field}: {field.message}
        </Text>
      ))}
      {onRetry && (
        <Anchor component="button" type="button" onClick={onRetry}>
          <Trans>Try again</Trans>
        </Anchor>
      )}
      {request && (
        <Text fz="xs" c="dimmed" mt="xxs">
          <Trans>Request {request}</Trans>
        </Text>
      )}
    </Box>
  );
}
