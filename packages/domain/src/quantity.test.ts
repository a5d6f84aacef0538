import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "./failure.ts";
import { bytesOf, compareQuantities, milliOf, parseDurationMs, parseQuantity, spell } from "./quantity.ts";

describe("a quantity", () => {
  // Right column: what kube-apiserver 1.36 answers with when it is given the right column, and an equal amount.
  test.each([
    ["1024Gi", "1Ti"],
    ["1025Mi", "1025Mi"],
    ["1023Ki", "1023Ki"],
    ["1Ki", "1Ki"],
    ["0.5Gi", "512Mi"],
    ["0.1Ki", "102400m"],
    ["1000Ki", "1000Ki"],
    ["500m", "500m"],
    ["0.5", "500m"],
    ["1.0", "1"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["1000", "1k"],
    ["1500", "1500"],
    ["1e3", "1k"],
    ["12E2", "1200"],
    ["1E", "1E"],
    ["1000000k", "1G"],
    ["0", "0"],
    ["0Gi", "0"],
    ["0.0000000001", "1n"],
    ["1u", "1u"],
    ["100n", "100n"],
    ["512", "512"],
    ["7Ei", "7Ei"],
  ])("%s is spelled %s", (text, spelled) => {
    expect(spell(parseQuantity(text))).toBe(spelled);
    expect(spell(parseQuantity(spelled))).toBe(spelled);
    expect(compareQuantities(parseQuantity(text), parseQuantity(spelled))).toBe(0);
  });

  test.each(["", "Gi", "1 Gi", "1GB", "1gi", "-1", "+1", "1.", ".5", "1Kib", "1e", "1e+", "0x1", "1_000", "8Ei", "1e19", "NaN", "1ki", "1.5.5", "１"])("%j is none", (text) => {
    expect(() => parseQuantity(text)).toThrowError(expect.objectContaining({ kind: "invalid", reason: "QUANTITY_INVALID" }));
  });

  test("has units that are a number", () => {
    expect(bytesOf(parseQuantity("1.5Gi"))).toBe(1_610_612_736);
    expect(bytesOf(parseQuantity("1500m"))).toBe(2);
    expect(milliOf(parseQuantity("0.25"))).toBe(250);
    expect(milliOf(parseQuantity("2"))).toBe(2000);
  });

  const amount = fc.record({ whole: fc.nat({ max: 99_999 }), fraction: fc.stringMatching(/^(?:\.\d{1,9})?$/), unit: fc.constantFrom("", "m", "u", "n", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "e3", "E2", "e-2") });
  test("is spelled in one way, which reads as the same amount", () => {
    fc.assert(
      fc.property(amount, ({ whole, fraction, unit }) => {
        const quantity = parseQuantity(`${whole}${fraction}${unit}`);
        const again = parseQuantity(spell(quantity));
        expect(again.nano).toBe(quantity.nano);
        expect(spell(again)).toBe(spell(quantity));
      }),
      { numRuns: 2000 },
    );
  });

  test("is compared by amount", () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [first, second] = [a, b].map(({ whole, fraction, unit }) => parseQuantity(`${whole}${fraction}${unit}`));
        if (!first || !second) return;
        expect(Math.sign(compareQuantities(first, second))).toBe(-Math.sign(compareQuantities(second, first)) + 0);
        expect(compareQuantities(first, second) === 0).toBe(first.nano === second.nano);
      }),
    );
  });

  test("any text is a quantity or a Failure", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[-+0-9.eEmkKGiu ]{0,12}$/), (text) => {
        try {
          parseQuantity(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
    );
  });
});

describe("a time", () => {
  test.each([
    ["30s", 30_000],
    ["5m", 300_000],
    ["1h30m", 5_400_000],
    ["2d", 172_800_000],
    ["500ms", 500],
    ["0s", 0],
    ["1m1ms", 60_001],
  ])("%s is %d ms", (text, durationMs) => {
    expect(parseDurationMs(text)).toBe(durationMs);
  });

  test.each(["", "30", "s", "1.5h", "-1s", "1s1h", "1w", "400d", "1 s"])("%j is none", (text) => {
    expect(() => parseDurationMs(text)).toThrowError(expect.objectContaining({ kind: "invalid" }));
  });
});
