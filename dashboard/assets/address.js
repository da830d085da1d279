// The address is the only state. A control whose id is {"control": key, "default": …} writes ?key=value; the page is
// then drawn from the address by the server. Back and forward work because the browser's own history is used.
(function () {
  "use strict";

  let drawnPath = null; // the path of the page on the screen
  let focusAfter = null; // the control to give the focus back to, once its page has been drawn again

  function text(value) {
    return Array.isArray(value) ? value.join(",") : value || "";
  }

  // A control may keep its id while the part of it that has the focus (a radio, an input) has none of its own.
  function place(element) {
    const named = element && element.closest("[id*='\"control\"']");
    return named ? named.id : null;
  }

  // A control's id as Dash writes it: its keys in order.
  function named(id) {
    return JSON.stringify(id, Object.keys(id).sort());
  }

  function write() {
    const dash = window.dash_clientside;
    const context = dash.callback_context;
    // A page that has just been drawn reports all its controls at once; a person changes one. Where the area picker is
    // the only control there is, the area that was drawn tells the two apart.
    if (context.triggered.length !== 1) return dash.no_update;
    const changed = context.inputs_list[0].find(function (control) {
      return context.triggered[0].prop_id === named(control.id) + ".value";
    });
    const key = changed.id.control;
    const unsaid = changed.id.default;
    const wanted = text(changed.value) || unsaid;
    const main = document.getElementById("main");
    if (key === "area" && main && main.dataset.area === wanted) return dash.no_update;

    const query = new URLSearchParams(window.location.search);
    if (wanted === (query.get(key) || unsaid)) return dash.no_update;
    if (wanted === unsaid) query.delete(key);
    else query.set(key, wanted);
    const search = query.toString() ? "?" + query.toString() : "";
    focusAfter = place(document.activeElement);
    window.history.pushState({}, "", window.location.pathname + search);
    // What Dash's own links say when they have changed the address.
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    return dash.no_update;
  }

  function focusOn(element) {
    const inner = element.matches("input, button, a")
      ? element
      : element.querySelector("input:checked, input, button, a") || element;
    inner.focus({ preventScroll: true });
  }

  // A page has been drawn: name it in the tab, and put the focus where a reader expects it – on the control that was
  // just used, on the part of the page that the address names (/returns/rules#row-duplicate), which was not there when the
  // browser looked for it, or at the top of the page after following a link.
  function drawn() {
    window.requestAnimationFrame(function () {
      const main = document.getElementById("main");
      if (!main) return;
      document.title = main.dataset.title;
      const path = window.location.pathname;
      const control = focusAfter && document.getElementById(focusAfter);
      const part = drawnPath !== path && document.getElementById(window.location.hash.slice(1));
      if (control) focusOn(control);
      else if (part && main.contains(part)) {
        part.tabIndex = -1;
        part.focus({ preventScroll: true });
        part.scrollIntoView({ block: "center" });
      }
      else if (drawnPath !== null && drawnPath !== path) main.focus({ preventScroll: true });
      focusAfter = null;
      drawnPath = path;
    });
    return window.dash_clientside.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { address: { write: write, drawn: drawn } });
})();
