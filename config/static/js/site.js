// What the pages do better with a script; all of it works without.
"use strict";

// One click decides once: a form that is on its way is not sent again.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-once]");
  if (!form) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});

// A menu closes with a click elsewhere, and with Escape.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// What is there to be copied is selected by one click.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[data-select]")) event.target.select();
});

// Who has turned single keys off has them nowhere: this script is the first.
document.addEventListener("keydown", (event) => {
  const off = event.key.length === 1 && "keysOff" in document.documentElement.dataset;
  if (off && !event.target.matches("input, select, textarea")) event.stopImmediatePropagation();
});

// Keys of every page; the desk has more of its own. While they are listed, no key does anything else.
document.addEventListener("keydown", (event) => {
  const { key, target } = event, keys = document.getElementById("keys"), find = document.getElementById("find");
  if (key === "Escape" && target === find) find.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || target.matches("input, select, textarea")) return;
  const listed = keys?.matches(":popover-open"), idle = target.matches("body, main");
  const start = idle && document.querySelector(`main[data-keys] [data-key="${CSS.escape(key.toLowerCase())}"]:not([hidden] *)`);
  if (key === "?") keys?.togglePopover();
  else if (listed) return event.stopImmediatePropagation();
  else if (key === "/" && find) find.select();
  else if (start && !event.shiftKey && !event.repeat) start.click();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
});
