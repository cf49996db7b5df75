// As its README has it.
window.onload = () => new PfAuthnWidget(location.origin, { divId: "authnwidget" }).init();
