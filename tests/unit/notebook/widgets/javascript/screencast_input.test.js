import assert from "node:assert/strict";
import { test } from "node:test";

import { keyAction, screenPoint, wheelDistance } from "../../../../../webrun_nb/common/static/screencast_input.js";

const BOX = { left: 10, top: 20, width: 512, height: 300 };
const key = (name, held = {}) => keyAction({ key: name, getModifierState: () => false, ...held });

test("a point of a small picture is a point of the whole screen, below the browser's bar", () => {
  assert.deepEqual(screenPoint(BOX, 10 + 256, 20 + 150), { x: 512, y: 300 + 155 });
});

test("a point outside lies on the edge, and a picture without a size has one point", () => {
  assert.deepEqual(screenPoint(BOX, -100, 9999), { x: 0, y: 600 + 155 });
  assert.deepEqual(screenPoint({ left: 0, top: 0, width: 0, height: 0 }, 5, 5), { x: 0, y: 155 });
});

test("letters are typed, other keys are pressed", () => {
  assert.deepEqual(key("a"), { type: "TYPE", text: "a" });
  assert.deepEqual(key("😀"), { type: "TYPE", text: "😀" });
  assert.deepEqual(key("Enter"), { type: "KEY_PRESS", key: "Enter" });
  assert.deepEqual(key("Tab", { shiftKey: true }), { type: "KEY_PRESS", key: "Shift+Tab" });
  assert.deepEqual(key("A", { ctrlKey: true, shiftKey: true }), { type: "KEY_PRESS", key: "Control+a" });
  assert.deepEqual(key("c", { metaKey: true }), { type: "KEY_PRESS", key: "Control+c" });
});

test("what the viewer's browser, its system or an input method needs stays there", () => {
  const own = [key("r", { ctrlKey: true }), key("F5"), key("Shift"), key("Process"), key("a", { isComposing: true })];
  assert.deepEqual([...own, key("f", { altKey: true })], Array(6).fill(null));
});

test("AltGraph types its character", () => {
  const typed = key("@", { ctrlKey: true, altKey: true, getModifierState: (name) => name === "AltGraph" });
  assert.deepEqual(typed, { type: "TYPE", text: "@" });
});

test("wheels count in pixels, lines or pages", () => {
  assert.deepEqual([0, 1, 2].map((deltaMode) => wheelDistance({ deltaX: 0, deltaY: 3, deltaMode }).deltaY), [3, 48, 1800]);
});
