import { useForm, type UseFormInput, type UseFormReturnType } from "@mantine/form";
import { useBlocker } from "@tanstack/react-router";
import { type ReactNode, useContext, useState } from "react";
import { type FieldProblem, Problem } from "@/api/problems";
import { ProblemNotice } from "../ProblemNotice";
import { InDrawer } from "../Drawer";
import { Conflict } from "./Conflict";
import { Leaving } from "./Leaving";
import { landProblems } from "./problems";

type Values = Record<string, unknown>;

interface ApiFormInput<V extends Values, R> extends Pick<
  UseFormInput<V>,
  "initialValues" | "validate"
> {
  /** Sends the values; throws the API's problem. Usually `(values) => mutation.mutateAsync({ body: … })`. */
  submit: (values: V) => Promise<R>;
  /** After success, with the answer: a toast, a way on. */
  onSaved?: (answer: R, values: V) => void;
  /** Names of the API's fields that the form calls otherwise: `{ "amount": "points" }`. */
  names?: Record<string, string>;
  /** Fetches the object as it now is, when someone else has changed it meanwhile (`version_conflict`). */
  latest?: () => Promise<Values>;
  /** Takes over what the other has saved: usually new initial values with the new version. */
  onLatest?: (latest: Values) => void;
  /** What of the form is compared with another's changes; by default all of it. */
  told?: (values: V) => Values;
  /** Words of fields, for the comparison with another's changes. */
  label?: (field: string) => ReactNode;
  /** How values are shown there, where they are no plain words. */
  show?: (field: string, value: unknown) => ReactNode;
  /** Do not ask before unsaved changes are left. */
  silent?: boolean;
}

export interface ApiForm<V extends Values> {
  form: UseFormReturnType<V>;
  /** For `<form onSubmit={save}>`. */
  save: (event?: React.FormEvent<HTMLFormElement>) => void;
  saving: boolean;
  /** Whether there is something to save. */
  changed: boolean;
  /** Stands in the form above its fields: what went wrong, conflicts, the question before leaving. */
  notices: ReactNode;
}

/** A form that the API judges: its problems land on the fields they name. */
export function useApiForm<V extends Values, R = unknown>(input: ApiFormInput<V, R>): ApiForm<V> {
  const {
    submit,
    onSaved,
    names,
    latest,
    onLatest,
    label,
    show,
    told = (values: V): Values => values,
    silent = false,
  } = input;
  const form = useForm<V>({ initialValues: input.initialValues, validate: input.validate });
  const drawer = useContext(InDrawer);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [landed, setLanded] = useState<Set<FieldProblem>>(new Set());
  const [theirs, setTheirs] = useState<Values | null>(null);
  const changed = form.isDirty();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      !silent && changed && !saving && leaves(current, next, drawer),
    enableBeforeUnload: () => !silent && changed,
    withResolver: true,
  });

  const refused = async (thrown: unknown, values: V) => {
    if (!(thrown instanceof Problem)) return setError(thrown);
    if (latest && thrown.code === "version_conflict") return setTheirs(await latest());
    const { errors, rest } = landProblems(thrown.fields, values, names);
    setLanded(new Set(thrown.fields.filter((field) => !rest.includes(field))));
    form.setErrors(errors as never);
    const [first] = Object.keys(errors);
    if (first !== undefined) form.getInputNode(first as never)?.focus();
    if (first === undefined || rest.length > 0) setError(thrown);
  };

  const send = async (values: V) => {
    setSaving(true);
    setError(null);
    try {
      const answer = await submit(values);
      form.resetDirty(values);
      onSaved?.(answer, values);
    } catch (thrown) {
      await refused(thrown, values);
    } finally {
      setSaving(false);
    }
  };

  const notices = (
    <>
      <ProblemNotice error={error} without={(field) => landed.has(field)} />
      {theirs && (
        <Conflict
          mine={told(form.getValues())}
          began={told((input.initialValues ?? {}) as V)}
          theirs={theirs}
          label={label}
          show={show}
          onTake={() => {
            onLatest?.(theirs);
            setTheirs(null);
          }}
          onClose={() => setTheirs(null)}
        />
      )}
      {blocker.status === "blocked" && <Leaving onStay={blocker.reset} onLeave={blocker.proceed} />}
    </>
  );
  return {
    form,
    save: form.onSubmit((values) => void send(values as V)) as ApiForm<V>["save"],
    saving,
    changed,
    notices,
  };
}

interface Place {
  pathname: string;
  search: unknown;
}

/** Whether a step in the address takes the form off the screen. A filter leaves it where it is. */
export function leaves(here: Place, next: Place, drawer: string | null): boolean {
  const of = (place: Place, key: string) => (place.search as Values)[key];
  if (here.pathname !== next.pathname || of(here, "tab") !== of(next, "tab")) return true;
  return drawer !== null && of(next, "open") !== drawer;
}
