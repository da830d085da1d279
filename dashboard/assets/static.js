// Puts what the server has written out (see dashboard/components/static.py) into its place, before it is painted, and
// lets its links within the dashboard change the address as Dash's own do. The server has escaped every text in it.
(function () {
  "use strict";

  function put(element) {
    const wanted = element.getAttribute("data-html");
    if (element.written === wanted) return;
    element.written = wanted;
    element.innerHTML = wanted;
  }

  function putAll(root) {
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    if (root.hasAttribute("data-html")) put(root);
    root.querySelectorAll("[data-html]").forEach(put);
  }

  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "attributes") put(change.target);
      else change.addedNodes.forEach(putAll);
    });
  }).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-html"],
    childList: true,
    subtree: true,
  });

  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a[data-inner]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({}, "", link.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });
})();
