// The picture: zoom, pan, frames and play. It listens on the document and looks after each change of the page, so
// pictures that come later work at once. All it needs are the names in _view.html.
"use strict";
(() => {
  const PACE = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 160;
  const kept = {}; // by name of a drawing, what is shown of which object: "fit", a view box, or nothing for the whole
  let others = true, crop = true, playing = false, shown, under, drag;

  const find = (selector) => document.querySelector(selector);
  const press = (selector) => { const one = find(selector); one?.click(); return one; };
  const on = (names, does, options) => names.split(" ").map((name) => document.addEventListener(name, does, options));
  const all = (does) => [...document.querySelectorAll("svg[data-view]")].map(does).length;
  const numbers = (text) => text.split(" ").map(Number);
  const limit = (least, value, most) => Math.max(least, Math.min(value, most));
  const drawingAt = ({ target }) => target.closest?.("svg[data-view]");
  const point = (svg, event) =>
    new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());

  function draw(svg) {
    const { whole, fit, of, view } = svg.dataset, { part, of: was } = kept[view] || {};
    const seen = part === "fit" ? fit : was === of && part;
    svg.setAttribute("viewBox", seen || whole);
    svg.toggleAttribute("data-zoomed", Boolean(seen));
  }
  function show(svg, part) {
    kept[svg.dataset.view] = { part, of: svg.dataset.of };
    draw(svg);
    return true;
  }
  // So many times as much, about a point, and moved. The middle stays in the picture; larger than it is all of it.
  function look(svg, times, at, right = 0, down = 0) {
    const now = svg.viewBox.baseVal, [left, top, most, high] = numbers(svg.dataset.whole);
    const by = Math.max(times, most / now.width / 50), width = now.width * by, height = now.height * by;
    const x = now.x + now.width / 2, y = now.y + now.height / 2, { x: px, y: py } = at || { x, y };
    const across = limit(left, px + (x - px) * by + right, left + most) - width / 2;
    const along = limit(top, py + (y - py) * by + down, top + high) - height / 2;
    return show(svg, width < most || height < high ? [across, along, width, height].join(" ") : "");
  }
  const zoom = (times) => (svg) => look(svg, times);
  const pan = (right, down) => (svg) => {
    const { width, height } = svg.viewBox.baseVal;
    return look(svg, 1, null, (right * width) / 8, (down * height) / 8);
  };

  function play() {
    playing &&= Boolean(press("#view [rel=next]"));
    refresh();
  }
  // Each frame stays for PACE, and until its picture is there.
  async function playOn(view) {
    const image = new Image();
    image.src = find("#frame")?.getAttribute("href") || "data:,";
    await Promise.all([image.decode().catch(() => 0), new Promise((done) => setTimeout(done, PACE))]);
    if (view === shown) play();
  }
  // What was chosen holds for what came in.
  function refresh() {
    const view = find("#view"), here = find("#view .film [aria-current]");
    all(draw);
    if (find("#others")) find("#others").checked = others;
    find("#close-up")?.toggleAttribute("hidden", !crop);
    find("#view .play")?.setAttribute("aria-pressed", playing);
    if (view === shown) return;
    shown = view;
    window.htmx?.process(view);
    if (here) find("#view .film").scrollLeft = here.offsetLeft - 150;
    if (playing) playOn(view);
  }

  // The buttons name their keys. What finds nothing to do leaves the key to others.
  const back = () => press("#view [rel=prev]"), next = () => press("#view [rel=next]");
  const keys = {
    "+": zoom(0.77), "=": zoom(0.77), "-": zoom(1.3), arrowleft: back, ",": back, arrowright: next, ".": next,
    shiftarrowleft: pan(-1, 0), shiftarrowright: pan(1, 0), shiftarrowup: pan(0, -1), shiftarrowdown: pan(0, 1),
    0: () => all((svg) => show(svg)),
    f: () => all((svg) => show(svg, "fit")),
    o: () => press("#others"),
    c: () => { crop = !crop; refresh(); return true; },
    " ": () => { playing = !playing; play(); return find("#view .play"); },
  };
  const does = (key) => {
    const svg = under?.isConnected ? under : find("svg[data-view]");
    return (svg || !keys[key]?.length) && keys[key]?.(svg);
  };

  on("keydown", (event) => {
    const { key, target } = event, arrow = event.shiftKey && key.startsWith("Arrow") ? "shift" : "";
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (find(".reject[open], dialog[open]")) return; // what is typed there is a comment
    if (key === " " && target.closest("a, button, summary, input")) return;
    if (does(arrow + key.toLowerCase())) event.preventDefault();
  });
  on("click", ({ target }) => {
    const button = target.closest("#view [data-key]");
    if (button) does(button.dataset.key);
  });
  on("change", ({ target }) => { if (target.id === "others") others = target.checked; });
  on("wheel", (event) => {
    const svg = drawingAt(event), turned = event.deltaY * (event.deltaMode ? 0.06 : 0.002);
    if (!svg) return;
    event.preventDefault();
    look(svg, Math.exp(limit(-1, turned, 1)), point(svg, event));
  }, { passive: false });
  on("pointerdown", (event) => {
    const svg = drawingAt(event);
    if (svg && !event.button && !event.defaultPrevented) drag = [svg, point(svg, event)];
  });
  on("pointermove", (event) => {
    if (!drag) under = drawingAt(event) || under;
    if (!drag?.[0].isConnected) return;
    const [svg, held] = drag, at = point(svg, event);
    look(svg, 1, null, held.x - at.x, held.y - at.y);
  });
  on("pointerup pointercancel", () => { drag = null; });
  new MutationObserver(refresh).observe(document, { childList: true, subtree: true });
  refresh();
})();
