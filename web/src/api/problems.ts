import type { components } from "./schema";

export type ProblemDocument = components["schemas"]["Problem"];
export type FieldProblem = components["schemas"]["FieldProblem"];

/** What the server said no with (RFC 9457), as an error that queries and mutations throw. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | null;
  readonly fields: FieldProblem[];
  /** Everything the problem says, with its further members. */
  readonly document: Partial<ProblemDocument> & Record<string, unknown>;

  constructor(document: Partial<ProblemDocument> & Record<string, unknown>, status: number) {
    super(document.detail ?? document.title ?? `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = document.code ?? "unknown";
    this.requestId = document.request_id ?? null;
    this.fields = document.errors ?? [];
    this.document = document;
  }
}

/** The request never reached the server, or its answer never reached us. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The server cannot be reached.", { cause });
    this.name = "Unreachable";
  }
}

/** Read the problem of an answer that is not a success; proxies answer in other forms, too. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    return new Problem(JSON.parse(text), response.status);
  } catch {
    return new Problem({ title: response.statusText, detail: text.slice(0, 300) }, response.status);
  }
}
