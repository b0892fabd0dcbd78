import { Trans } from "@lingui/react/macro";
import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";

/** Where the server shows the documentation of its own version. */
const DOCS = "/console/docs/";

interface DocsLinkProps {
  /** A page below `docs/`, with or without a heading: `concepts/tiers.md#maintenance`. */
  page: string;
  children?: ReactNode;
}

/** A link to where a word or a screen is explained at length, in a tab of its own. */
export function DocsLink({ page, children }: DocsLinkProps) {
  return (
    <Anchor href={`${DOCS}${page}`} target="_blank" inherit underline="always" className="nowrap">
      {children ?? <Trans>Read more</Trans>}
    </Anchor>
  );
}
