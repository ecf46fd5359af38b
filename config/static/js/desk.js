// The review desk: one key, one decision, and the next object is there before it is needed. Without it the same forms
// are sent, one page after another.
"use strict";
(() => {
  const desk = document.querySelector("main[data-desk]"), find = (id) => document.getElementById(id);
  const pane = find("pane"), said = find("said"), undo = find("undo"), token = undo.elements.csrfmiddlewaretoken.value;
  const LOST = "There was no answer, so it is not certain that this was saved: decide again, it cannot happen twice.";
  const MINUTE = 60_000;
  const DOUBLE = 300; // milliseconds: a second press so soon is meant for what was there before
  let following = null, line = Promise.resolve(), waiting = 0, asked = Date.now(), shownAt = 0;

  const here = () => pane.firstElementChild;
  const find1 = (root, selector) => [...root.querySelectorAll(selector)].find((one) => one.checkVisibility());
  function say(words, wrong = false) {
    said.textContent = words;
    said.classList.toggle("wrong", wrong);
  }

  function busy(more) {
    waiting += more;
    desk.toggleAttribute("data-busy", waiting > 0);
  }
  // One request after another: the server sees decisions in the order in which they were made.
  function ask(url, body, method = "POST") {
    const send = async () => {
      asked = Date.now();
      const answer = await fetch(url, { method, body, headers: { "X-Desk": "yes", "X-CSRFToken": token } });
      if (answer.redirected) location.reload();
      if (!answer.ok) throw new Error(answer.status);
      return answer;
    };
    busy(1);
    const answer = line.then(send).finally(() => busy(-1));
    line = answer.catch(() => {});
    return answer;
  }
  // What comes next is made, and its picture fetched and decoded, while this one is looked at.
  function made(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    for (const picture of holder.content.querySelectorAll("#frame")) {
      const image = new Image();
      image.src = picture.getAttribute("href");
      image.decode().catch(() => {});
    }
    return holder.content.firstElementChild;
  }
  function show(one) {
    delete one.dataset.decided;
    shownAt = performance.now();
    pane.replaceChildren(one);
    htmx.process(one);
    document.title = one.dataset.title;
    history.replaceState(null, "", one.dataset.address);
    find("now").textContent = one.getAttribute("aria-label");
    if (!desk.contains(document.activeElement)) desk.focus();
  }
  async function prefetch() {
    const of = here();
    if (!of.dataset.following) return;
    const html = await ask(of.dataset.following).then((answer) => answer.text()).catch(() => "");
    if (html && of === here() && !following) following = made(html);
  }

  async function decide(form, button) {
    const from = here(), sent = new FormData(form, button), takesBack = form === undo;
    if (!takesBack && (from.dataset.decided || performance.now() - shownAt < DOUBLE)) return;
    if (button?.dataset.ask) {
      say(button.dataset.ask, true);
      return void delete button.dataset.ask; // pressed again, it is meant
    }
    const ahead = takesBack || button?.hasAttribute("data-stays") ? null : following;
    if (takesBack) sent.append("showing", from.dataset.task);
    else from.dataset.decided = "yes";
    if (ahead) {
      sent.append("showing", ahead.dataset.task);
      following = null;
      show(ahead);
    }
    say("");
    undo.hidden = true;
    const answer = await ask(form.action, sent).then((one) => one.json()).catch(() => null);
    if (answer) tell(answer);
    else say(LOST, true);
    settle(from, ahead, answer, takesBack);
  }
  // What was decided comes back, or stays, or what comes after it is there.
  function settle(from, ahead, answer, takesBack) {
    const back = !answer || (answer.refused && answer.stays);
    if (back || takesBack) {
      if (takesBack && !answer?.stays) return;
      if (here() !== from || takesBack) following = here().dataset.decided ? following : here();
      show(back ? from : made(answer.next));
    } else if (ahead && here() === ahead) {
      if (answer.next) following = made(answer.next);
    } else if (!ahead && answer.next) {
      const next = made(answer.next);
      if (following?.dataset.task === next.dataset.task) following = null;
      show(next);
    } else if (!ahead) {
      location = answer.entrance;
    }
    if (!following) prefetch();
  }
  function tell(answer) {
    say(answer.said, answer.refused);
    find("progress").innerHTML = answer.progress;
    undo.action = answer.undo.address;
    count(answer.undo.seconds);
  }

  // The button that takes the last decision back counts down.
  let until = 0;
  function count(seconds) {
    until = Date.now() + seconds * 1000;
    tick();
  }
  function tick() {
    const left = Math.ceil((until - Date.now()) / 1000);
    undo.hidden = left <= 0;
    undo.querySelector(".num").textContent = `${left} s`;
  }
  setInterval(tick, 1000);
  count(Number(undo.dataset.seconds));

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-decide], #undo")) return;
    event.preventDefault();
    decide(event.target, event.submitter);
  });
  // A correction that a decision waited for was refused: what it was typed for may be another one now.
  document.addEventListener("corrected", ({ detail }) => {
    tell(detail);
    if (!detail.stays) show(made(detail.next));
  });
  // Looking around: the neighbour takes the place of what is here.
  document.addEventListener("click", async (event) => {
    const step = event.target.closest("a[data-step]");
    if (!step || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const html = await ask(step.href, undefined, "GET").then((answer) => answer.text()).catch(() => null);
    if (html) show(made(html));
    say(html ? "" : html === null ? LOST : "There is no further object in this direction.", html === null);
  });

  const press = (root, key) => {
    const one = find1(root, `[data-key="${CSS.escape(key)}"], [data-key-too="${CSS.escape(key)}"]`);
    if (one) one.matches("input") ? one.focus() : one.click();
    return one;
  };
  function escape(reject) {
    if (!reject) return false;
    reject.open = false;
    reject.querySelector("summary").focus();
    return true;
  }
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase(), { target } = event, reject = pane.querySelector(".reject[open]");
    if (Date.now() - asked > MINUTE) ask(here().dataset.address, undefined, "HEAD").catch(() => {});
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = target.matches("input:not([type=checkbox]), select, textarea");
    if (typing && !(key === "escape" || (key === "enter" && target.matches("[data-typed]") && !event.shiftKey))) return;
    if (key === "enter" && target.closest("a, button, summary")) return;
    if (document.querySelector("dialog[open]")) return;
    let done;
    if (key === "escape") done = escape(reject) || (typing ? (target.blur(), true) : press(desk, key));
    else if (event.repeat) done = true;
    else done = press(reject ? reject.querySelector(".reasons") : desk, key);
    if (!done && reject && key.length === 1 && key !== " ") reject.querySelector("[data-typed]").focus();
    if (!done && !reject && /^[amrxz]$/.test(key)) say(`There is nothing for the key ${event.key.toUpperCase()} here.`);
    if (done) event.preventDefault();
  });
  addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
  prefetch();
})();
