// Small corrections: a 2D box moves by handles, arrow keys and numbers; a missing one is drawn; what is typed is saved
// before a decision. It listens first, and stops what it has done.
"use strict";
(() => {
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let drag, telling, saving, category;

  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (name, does) => document.addEventListener(name, does, true);
  const stop = (event) => { event.preventDefault(); event.stopImmediatePropagation(); };
  const say = (words, where = "#correct-said") => { find(where)?.replaceChildren(words); };
  const canvas = () => find('svg[data-view="picture"]');
  const whole = () => canvas().dataset.whole.split(" ").map(Number);
  const drawing = () => find(".draw[open] form");
  const active = () => drawing() || find('form[data-box="0"]');
  const inputs = (form) => ["x", "y", "width", "height"].map((name) => form.elements[name]);
  const read = (form) => inputs(form).map((one) => parseFloat(one.value));
  const send = (form) => form.requestSubmit(find("button", form)) || true;
  const touched = (one) => (one.options ? !one.selectedOptions[0]?.defaultSelected : one.value !== one.defaultValue);
  const dirty = () => all('[data-correct="change"], .draw[open] form').filter((form) =>
    !form.dataset.sent && (form.dataset.unsaved || all("input, select, textarea", form).some(touched)));

  // The box in the picture, as its form says it.
  function refresh() {
    const svg = canvas(), form = svg && active();
    if (!svg) return;
    svg.toggleAttribute("data-draw", Boolean(drawing()));
    if (!form) return find(".box-edit", svg)?.remove();
    if (!find(".box-edit", svg)) {
      svg.append(find("#box-edit").content.cloneNode(true).firstChild.firstChild);
      svg.setAttribute("role", "group");
    }
    const box = read(form), is = box[2] > 0 && box[3] > 0 && box[0] - box[1] < Infinity;
    ["x", "y", "width", "height"].forEach((name, at) => find(".box-edit", svg).setAttribute(name, is ? box[at] : 0));
    const own = find("#own").children[form.dataset.box], path = `M${box[0]} ${box[1]}h${box[2]}v${box[3]}h${-box[2]}Z`;
    if (own && is) for (const one of all(".area", own).slice(-2)) one.setAttribute("d", path);
  }
  // In whole pixels, within the picture, never smaller than one. Parts are left, top, right, bottom: 1 for what moves.
  const within = (value, least, most) => Math.max(least, Math.min(value, most));
  const add = (value, by) => (by ? +(value + by).toFixed(4) : value);
  function move(form, box, parts, by) {
    const next = [...box], all4 = whole();
    for (const axis of [0, 1]) {
      const start = box[axis], size = box[axis + 2], first = parts[axis], last = parts[axis + 2];
      if (!by[axis] && size) continue;
      const most = last ? all4[axis] + all4[axis + 2] - start - size : size - 1;
      const done = within(by[axis], first ? all4[axis] - start : 1 - size, most);
      next[axis] = add(start, first * done);
      next[axis + 2] = add(size, (last - first) * done);
    }
    inputs(form).forEach((one, at) => { if (parseFloat(one.value) !== next[at]) one.value = next[at]; });
    delete form.dataset.sent;
    refresh();
    clearTimeout(telling);
    telling = setTimeout(() => say(`${next[0]}, ${next[1]}: ${next[2]} by ${next[3]}`, "#correct-now"), 400);
    return true;
  }
  function point({ clientX, clientY }) {
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(canvas().getScreenCTM().inverse());
    return [x, y];
  }
  on("pointerdown", (event) => {
    const svg = canvas(), form = svg?.contains(event.target) && active(), part = event.target.closest?.("[data-edges]");
    if (!form || event.button || !(part || drawing())) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    find(".grab").focus({ preventScroll: true });
    const at = point(event), all4 = whole();
    const corner = () => [0, 1].map((axis) => within(Math.round(at[axis]), all4[axis], all4[axis] + all4[axis + 2]));
    drag = { form, at, parts: part?.dataset.edges.split(" ").map(Number), from: part ? read(form) : [...corner(), 0, 0] };
  });
  on("pointermove", (event) => {
    if (!drag?.form.isConnected) return;
    const by = point(event).map((one, axis) => Math.round(one - drag.at[axis])), back = by.map((one) => +(one < 0));
    move(drag.form, drag.from, drag.parts || [...back, ...back.map((one) => 1 - one)], by);
  });
  for (const end of ["pointerup", "pointercancel"]) on(end, () => {
    if (drag && !drag.parts) find("button", drag.form).focus();
    drag = null;
  });

  // Esc ends drawing, and puts back what is saved.
  function back() {
    const draw = find(".draw[open]"), rest = dirty();
    for (const one of rest) {
      if (one.dataset.unsaved) location = one.dataset.unsaved;
      one.dataset.unsaved = "";
      one.reset();
    }
    if (draw) draw.open = false;
    say("");
    refresh();
    if (draw) (find(".grab") || find("summary", draw)).focus();
    return draw || rest.length;
  }
  function press({ key, target, repeat, altKey, shiftKey }) {
    const form = active(), save = dirty()[0] || form || find('[data-correct="change"]');
    if (ARROWS[key] && target.matches(".grab")) {
      return move(form, read(form), altKey ? [0, 0, 1, 1] : [1, 1, 1, 1], ARROWS[key].map((one) => one * (shiftKey ? 10 : 1)));
    }
    if (repeat || altKey || !find("#correct-head")) return false;
    if (key === "Escape") return back();
    if (target.matches("input:not([type=checkbox]), select, textarea")) return false;
    if (/^n$/i.test(key)) return find(".draw summary")?.click() ?? find(".draw");
    if (/^s$/i.test(key)) return save && send(save);
    return key === "Enter" && drawing() && !target.closest("a, button, summary") && send(drawing());
  }
  on("keydown", (event) => {
    const { ctrlKey, metaKey, isComposing } = event;
    if (!(ctrlKey || metaKey || isComposing || find(".reject[open], dialog[open], dialog:popover-open")) && press(event)) stop(event);
  });
  on("toggle", ({ target }) => {
    if (!target.matches(".draw")) return;
    const form = find("form", target);
    if (!target.open) form.reset();
    else if (category) form.elements.category.value = form.elements.category.defaultValue = category;
    refresh();
  });
  on("input", ({ target: { form } }) => {
    if (!form?.dataset.correct) return;
    delete form.dataset.sent;
    refresh();
  });

  // A decision waits until what is typed is saved, and is one on what is stored then.
  async function save(form) {
    const sent = { method: "POST", body: new FormData(form, find("button", form)), headers: { "X-Desk": "yes" } };
    const answer = await fetch(form.action, sent).then((one) => one.json()).catch(() => null);
    if (answer && !answer.refused) {
      form.dataset.sent = "yes";
      for (const one of all("[name=version]")) one.value = one.form.dataset.correct ? answer.label_version : answer.version;
      return true;
    }
    say(answer ? answer.said : "There was no answer: save it again.");
    if (answer) document.dispatchEvent(new CustomEvent("corrected", { detail: answer }));
    if (answer && !answer.stays && !find("[data-desk]")) {
      form.dataset.sent = "yes";
      location.reload();
    }
    return false;
  }
  on("submit", async (event) => {
    const { target: form, submitter } = event, { correct } = form.dataset;
    if (correct === "draw") category = form.elements.category.value;
    if (correct === "withdraw" || !form.matches("[data-decide], .decide, [data-correct]")) return;
    const rest = form.closest("[data-decided]") ? [] : dirty().filter((one) => one !== form);
    if (!saving && !rest.length) return;
    stop(event);
    if (saving || !rest.every((one) => one.reportValidity())) return;
    saving = true;
    let saved = true;
    for (const one of rest) saved &&= await save(one);
    saving = false;
    if (saved) {
      submitter?.removeAttribute("data-ask"); // something has changed
      form.requestSubmit(submitter);
    }
  });
  on("click", (event) => {
    if (!event.target.closest("a[data-step], [value=skip], #view a") || !dirty().length) return;
    stop(event);
    say("What you changed is not saved: S saves it, Esc puts it back.");
  });
  addEventListener("beforeunload", (event) => { if (dirty().length) event.preventDefault(); });
  new MutationObserver(refresh).observe(document, { childList: true, subtree: true });
  refresh();
})();
