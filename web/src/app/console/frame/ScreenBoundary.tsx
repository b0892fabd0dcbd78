import { Trans } from "@lingui/react/macro";
import { Button, Stack } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { ProblemNotice } from "@/ui/ProblemNotice";

/** A screen that breaks takes nothing with it but itself. */
export class ScreenBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Stack align="flex-start">
        <ProblemNotice error={this.state.error} />
        <Button variant="default" onClick={() => window.location.reload()}>
          <Trans>Load the page again</Trans>
        </Button>
      </Stack>
    );
  }
}
