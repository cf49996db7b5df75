// As in its README, but with the page's own logo instead of one from another host.
window.onload = () => new PfAuthnWidget(location.origin, { divId: "authnwidget", logo: "icon.svg" }).init();
