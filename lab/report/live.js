// A page of a run under way: it loads itself again, and stands as the reader left it.

const SECONDS = Number(document.documentElement.dataset.refresh), PLACE = `lab: ${document.title}`;
const CONTROLS = ["quantity", "layer", "filter"];
const folded = () => [...document.querySelectorAll("details")];
const drawn = () => !control("views").hidden;

function keep() {
  const step = control("step"), latest = step.value === step.max;
  const left = {
    open: folded().map(({ open }) => open), focused: document.activeElement?.id,
    ...(drawn() && {
      values: CONTROLS.map((id) => control(id).value), log: control("log").checked,
      step: latest ? null : STEPS[step.value], hidden: DATA.variants.filter(({ shown }) => !shown).map(({ name }) => name),
    }),
  };
  sessionStorage.setItem(PLACE, JSON.stringify(left));
}

function stand(left) {
  folded().forEach((one, i) => { one.open = left.open?.[i] ?? one.open; });
  if (!drawn()) return;
  if (left.step) control("step").value = reading(STEPS, left.step);
  if (left.values) {
    CONTROLS.forEach((id, i) => { control(id).value = left.values[i]; });
    control("log").checked = left.log;
    for (const variant of DATA.variants) variant.shown = !left.hidden.includes(variant.name);
    choices();
  }
  redraw();
  if (left.focused) control(left.focused)?.focus({ preventScroll: true });
}

const follow = html("input", { type: "checkbox", id: "follow", checked: "" });
document.querySelector("main").prepend(html("p", { class: "quiet" }, html("label", {}, follow,
  ` Load this page again every ${SECONDS} s, as long as the run goes on`)));
let held = false;
addEventListener("pointerdown", () => { held = true; });
addEventListener("pointerup", () => { held = false; });
setInterval(() => {
  if (held || !follow.checked) return;
  keep();
  location.reload();
}, 1000 * SECONDS);
stand(JSON.parse(sessionStorage.getItem(PLACE) ?? "{}"));
