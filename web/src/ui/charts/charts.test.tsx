import { act, fireEvent, render, screen } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";
import { inRouter } from "../testing";
import { stackedExtent } from "./BarChart";
import { LineChart } from "./LineChart";
import { extentOf } from "./series";

const SERIES = [
  { id: "a", label: "Issued", values: [400, 1240, null], before: [300, 5000, 10] },
  { id: "b", label: "Expired", values: [-80, -60, 0] },
];

test("an axis holds all values, those of the period before too, and zero", () => {
  expect(extentOf(SERIES)).toEqual([-80, 5000]);
  expect(extentOf([{ id: "a", label: "", values: [5, 9] }])).toEqual([0, 9]);
  expect(stackedExtent(["x", "y", "z"], SERIES)).toEqual([-80, 1240]);
});

describe("a chart", () => {
  beforeEach(async () => {
    const { wrapper } = await inRouter("/");
    render(
      <LineChart
        title="Points"
        says="1,640 points were issued."
        x={["Mon", "Tue", "Wed"]}
        series={SERIES}
        soFar
      />,
      { wrapper },
    );
    await screen.findByText("1,640 points were issued.");
  });

  test("names its zone, and that its last period is not over", () => {
    expect(screen.getByText("Time zone: Europe/Berlin")).toBeTruthy();
    expect(screen.getByText("Last period so far")).toBeTruthy();
  });

  test("is read with arrow keys", async () => {
    const plot = screen.getByRole("application");
    await act(async () => fireEvent.keyDown(plot, { key: "ArrowRight" }));
    await act(async () => fireEvent.keyDown(plot, { key: "ArrowRight" }));
    expect(screen.getByRole("status").textContent).toContain("Tue");
    expect(screen.getByRole("status").textContent).toContain("1,240");
    await act(async () => fireEvent.keyDown(plot, { key: "ArrowRight" }));
    expect(screen.getByRole("status").textContent).toContain("Issued–");
    await act(async () => fireEvent.keyDown(plot, { key: "Escape" }));
    expect(screen.queryByRole("status")).toBeNull();
  });

  test("has its table behind it", async () => {
    await act(async () => fireEvent.click(screen.getByText("Show table")));
    expect(screen.getByRole("columnheader", { name: "Issued, period before" })).toBeTruthy();
    expect(screen.getByRole("cell", { name: "1,240" })).toBeTruthy();
  });
});
