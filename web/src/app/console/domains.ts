import type { Domain, Screen } from "@/ui/domain";

const modules = import.meta.glob<{ default: Domain }>("../../domains/*/index.ts", { eager: true });

/** Every room that shows something, as its folder declares it. */
export const DOMAINS: Domain[] = Object.values(modules).map((module) => module.default);

export function screensOf(scope: "tenant" | "platform"): Screen[] {
  return DOMAINS.filter((domain) => (domain.scope ?? "tenant") === scope).flatMap(
    (domain) => domain.screens,
  );
}
