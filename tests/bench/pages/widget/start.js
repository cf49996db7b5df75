// As its README has it, with a logo of the page's own instead of one on another host.
window.onload = () => new PfAuthnWidget(location.origin, { divId: "authnwidget", logo: "icon.svg" }).init();
