import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { TextInput } from "@mantine/core";
import { describe, expect, test, vi } from "vitest";
import { Problem } from "@/api/problems";
import { inRouter } from "../testing";
import { decimalsOf, MoneyInput, separatorsOf } from "./numbers";
import { formPath, landProblems } from "./problems";
import { Submit } from "./Submit";
import { leaves, useApiForm } from "./useApiForm";

const about = (field: string, pointer?: string) => ({
  field,
  code: "x",
  message: `${field} is wrong.`,
  ...(pointer !== undefined && { pointer }),
});

describe("problems land on fields", () => {
  test("a JSON pointer is a path of the form", () => {
    expect(formPath(about("sku", "/lines/0/sku"))).toBe("lines.0.sku");
    expect(formPath(about("a", "/attributes/a~1b~0c"))).toBe("attributes.a/b~c");
    expect(formPath(about("name"))).toBe("name");
  });

  test("a problem inside of a field is the field's, and what the form has not stays", () => {
    const values = { name: "", lines: [{ sku: "" }], conditions: null };
    const { errors, rest } = landProblems(
      [
        about("lines.0.sku", "/lines/0/sku"),
        about("conditions.all.0.value", "/conditions/all/0/value"),
        about("version", "/version"),
        about("title", "/title"),
      ],
      values,
      { title: "name" },
    );
    expect(Object.keys(errors)).toEqual(["lines.0.sku", "conditions", "name"]);
    expect(rest.map((problem) => problem.field)).toEqual(["version"]);
  });
});

test("numbers are typed as the language writes them", () => {
  expect(separatorsOf("de")).toEqual({ thousands: ".", decimal: "," });
  expect(decimalsOf("JPY")).toBe(0);
});

test("an amount that one types keeps every digit", async () => {
  const { wrapper } = await inRouter("/");
  const told = vi.fn();
  render(<MoneyInput label="Amount" value="1.00" onChange={told} />, { wrapper });
  const field = await screen.findByLabelText("Amount");
  fireEvent.change(field, { target: { value: "90,071,992,547,409.93" } });
  expect(told).toHaveBeenLastCalledWith("90071992547409.93");
  fireEvent.change(field, { target: { value: "" } });
  expect(told).toHaveBeenLastCalledWith(null);
});

test("a form is left by another page, another tab, or by closing its drawer", () => {
  const here = { pathname: "/a", search: { tab: "x", open: "edit" } };
  const next = (search: object, pathname = "/a") => ({ pathname, search });
  expect(leaves(here, next({ tab: "x", open: "edit", status: "active" }), "edit")).toBe(false);
  expect(leaves(here, next({ tab: "x" }), "edit")).toBe(true);
  expect(leaves(here, next({ tab: "x" }), null)).toBe(false);
  expect(leaves(here, next({ tab: "y", open: "edit" }), null)).toBe(true);
  expect(leaves(here, next(here.search, "/b"), null)).toBe(true);
});

function Rename({ submit }: { submit: (values: { name: string }) => Promise<unknown> }) {
  const { form, save, saving, notices } = useApiForm({
    initialValues: { name: "Gold" },
    submit,
    latest: async () => ({ name: "Platinum" }),
  });
  return (
    <form onSubmit={save}>
      {notices}
      <TextInput label="Name" {...form.getInputProps("name")} />
      <Submit saving={saving}>Save</Submit>
    </form>
  );
}

async function renamed(submit: () => Promise<unknown>) {
  const { wrapper } = await inRouter("/tiers");
  render(<Rename submit={submit} />, { wrapper });
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "Silver" } });
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Save" })));
}

describe("a form that the API judges", () => {
  test("shows the API's words at the field, which has the focus", async () => {
    const refused = new Problem({ errors: [about("name", "/name")] }, 422);
    await renamed(() => Promise.reject(refused));
    expect(await screen.findByText("name is wrong.")).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText("Name"));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("shows what someone else has changed, and keeps what was typed", async () => {
    await renamed(() => Promise.reject(new Problem({ code: "version_conflict" }, 409)));
    expect(await screen.findByText("Platinum")).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Silver");
  });

  test("sends once, however often one presses", async () => {
    let answer = () => {};
    const submit = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)));
    await renamed(submit);
    const button = screen.getByRole("button");
    expect(button.getAttribute("aria-disabled")).toBe("true");
    await act(async () => fireEvent.click(button));
    await act(async () => answer());
    await waitFor(() => expect(button.getAttribute("aria-disabled")).toBe("false"));
    expect(submit).toHaveBeenCalledTimes(1);
  });
});
