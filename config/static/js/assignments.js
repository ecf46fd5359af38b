// The list of files: shift-click ticks a range, and the button says how many are ticked.
"use strict";

let last = null;

const boxes = () => [...document.querySelectorAll("[data-ticking] [name=pick]")];

function count() {
  const ticks = boxes().filter((box) => box.checked).length;
  document.querySelectorAll("[data-ticks]").forEach((place) => { place.textContent = ticks ? ` ${ticks} ticked` : ""; });
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-ticking] [name=pick]");
  if (!box) return;
  const all = boxes();
  const from = all.indexOf(last);
  if (event.shiftKey && from >= 0) {
    const to = all.indexOf(box);
    all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((one) => { one.checked = box.checked; });
  }
  last = box;
  count();
});

// What is refused is shown in its place, whichever way it was refused.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "assign" && event.detail.xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:afterSwap", () => { last = null; count(); });
document.addEventListener("DOMContentLoaded", count);
