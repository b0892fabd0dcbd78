import { useLingui } from "@lingui/react/macro";
import { ActionIcon, Box, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./code.module.css";

/** Commands, payloads and keys to copy, as they are. */
export function CodeBlock({ code, children }: { code: string; children?: ReactNode }) {
  const { t } = useLingui();
  return (
    <Box pos="relative">
      <pre className={styles.code} tabIndex={0}>
        {children ?? code}
      </pre>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <ActionIcon
            className={styles.copy}
            // Mantine's own style sheet would put it below the text.
            pos="absolute"
            variant="default"
            onClick={copy}
            aria-label={copied ? t`Copied` : t`Copy`}
          >
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        )}
      </CopyButton>
    </Box>
  );
}

const TOKENS =
  /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Any value as JSON, with quiet colours. */
export function JsonView({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2) ?? "null";
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [all, quoted, colon] = match;
    const kind = quoted === undefined ? styles.other : colon ? styles.key : styles.text;
    const word = quoted ?? all;
    parts.push(text.slice(end, match.index));
    parts.push(
      <span key={match.index} className={kind}>
        {word}
      </span>,
    );
    end = match.index + word.length;
  }
  parts.push(text.slice(end));
  return <CodeBlock code={text}>{parts}</CodeBlock>;
}
