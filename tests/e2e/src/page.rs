//! Page object for the tests. It finds elements as a person does: by role and accessible name.

use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::TypingData;
use thirtyfour::prelude::*;

use crate::engine::Engine;

/// How many checks a wait makes before it fails, one per [`STEP`].
const MAX_CHECKS: u32 = 300;

const STEP: Duration = Duration::from_millis(50);

/// How many checks one script of [`Page::watch`] makes. A script doesn't return if the page is left
/// meanwhile, so a new one starts then.
const CHECKS_PER_SCRIPT: u32 = 20;

/// Start of a script that checks repeatedly until it finds something. A driver call per check would keep an eighth of a
/// core busy, and a check reads the text of the whole page. So there is one per [`STEP`] only while the page changes, and
/// one in five otherwise, for what changes without a mutation: a field's value, the focus, the scroll position.
const WATCH: &str = "let hasChanged = true;
const observer = new MutationObserver(() => { hasChanged = true; });
const all = { subtree: true, childList: true, attributes: true, characterData: true };
const check = () => {
  hasChanged = false;
  for (const root of [document, document.querySelector('pingone-mfa')?.shadowRoot]) {
    if (root) observer.observe(root, all);
  }
  return (() => {";

/// End of the script that [`WATCH`] starts.
const FOUND: &str = "})() || null;
};
const look = (left) => {
  const found = hasChanged || left % 5 === 0 ? check() : null;
  if (!found && left > 0) {
    setTimeout(look, 50, left - 1);
    return;
  }
  observer.disconnect();
  arguments[arguments.length - 1](found);
};
look(20);";

/// Script that collects the elements with a role in the element's shadow root. Elements with a
/// native role are selected by tag.
const ELEMENTS: &str = r#"
const [role, name] = arguments;
const root = document.querySelector("pingone-mfa")?.shadowRoot;
const tags = { button: "button:not([role])", textbox: "input[type=text]:not([role])", password: "input[type=password]",
  searchbox: "input[type=search]", combobox: "select, [role=combobox]", region: "section", grid: "[role=grid]",
  checkbox: "input[type=checkbox]", menuitem: "[role=menuitem]", menuitemradio: "[role=menuitemradio]", option: "[role=option]", radio: "input[type=radio]", columnheader: "th",
  switch: "[role=switch]", complementary: "aside", tab: "[role=tab]", dialog: "dialog[open]", link: "a", heading: "h1, h2, h3", group: "[role=group]" };
const textOf = (element) => [...element.querySelectorAll("[aria-hidden=true]")]
  .reduce((text, hidden) => text.replace(hidden.innerText ?? "", ""), element.innerText ?? "");
const nameOf = (element) => element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? (textOf(element) || element.title);
const elements = [...(root?.querySelectorAll(tags[role]) ?? [])];
const top = root?.querySelector("dialog[open]") && root.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest("dialog");
const isReachable = (element) => !top || top.contains(element);
"#;

/// Script that picks the element with a name. Closed dialogs and what is behind an open one may contain buttons of the
/// same name, so an element that can be reached is preferred, and then a visible one.
const FIND: &str = "const named = elements.filter((element) => nameOf(element).trim() === name);
const visible = named.filter((element) => element.checkVisibility());
const found = visible.find(isReachable) ?? visible[0] ?? named[0] ?? null;";

/// Script that picks the menu of a filter. Its name is followed by what is chosen.
const FIND_MENU: &str = "const found = elements.find((element) => element.checkVisibility()
    && element.getAttribute('aria-haspopup') === 'menu'
    && (nameOf(element) === name || nameOf(element).startsWith(name + ': '))) ?? null;";

/// Script that picks the first element whose name begins with `name`.
const FIND_BEGINNING: &str =
    "const beginning = elements.filter((element) => nameOf(element).trim().startsWith(name));
const found = beginning.find((element) => element.checkVisibility() && isReachable(element)) ?? beginning[0] ?? null;";

/// Script that returns the found element, and records the next click on it in `window.wasPressed`.
const RETURN_TO_PRESS: &str = "if (found) {
    window.wasPressed = false;
    found.addEventListener('click', () => { window.wasPressed = true; }, { once: true, capture: true });
}
return found;";

/// Script that returns all names that begin with `name`, of the topmost dialog if one is open.
const NAMES: &str = "return elements.filter(isReachable).map((element) => nameOf(element).trim())
    .filter((found) => found.startsWith(name));";

/// Script expression for the visible text of the page.
const TEXT: &str = "document.querySelector('pingone-mfa')?.shadowRoot?.firstElementChild?.innerText
    ?? document.body.innerText";

/// Script that collects every place in the document and in local stores that could hold a text.
const SINKS: &str = r#"
const sinks = { url: location.href, title: document.title, cookie: document.cookie, name: window.name,
  history: JSON.stringify(history.state), local: JSON.stringify(localStorage), session: JSON.stringify(sessionStorage) };
const walk = (node, path) => {
  for (const attribute of node.attributes ?? []) sinks[`${path} ${attribute.name}`] = attribute.value;
  if (node.value !== undefined) sinks[`${path} value`] = String(node.value);
  if (node.nodeType === Node.TEXT_NODE) sinks[`${path} text`] = node.data;
  for (const [place, child] of [...node.childNodes].entries()) walk(child, `${path}/${place}`);
  if (node.shadowRoot) walk(node.shadowRoot, `${path}/shadow`);
};
walk(document, "");
const done = arguments[arguments.length - 1];
indexedDB.databases().then((databases) => { sinks.databases = JSON.stringify(databases); done(sinks); });
"#;

/// The page in a browser tab, with the actions and checks of the tests.
pub struct Page {
    driver: WebDriver,
    engine: Engine,
}

impl Page {
    pub(crate) fn new(driver: WebDriver, engine: Engine) -> Self {
        Self { driver, engine }
    }

    /// Runs a script until its result is truthy, and returns that. `None` after the usual number of checks.
    async fn watch(&self, script: &str, arguments: Vec<Value>) -> Option<ScriptRet> {
        self.watch_for(MAX_CHECKS, script, arguments).await
    }

    /// Like `watch`, with a given number of checks.
    async fn watch_for(&self, checks: u32, script: &str, arguments: Vec<Value>) -> Option<ScriptRet> {
        let script = format!("{WATCH}{script}{FOUND}");
        let mut checks_left = checks;
        while checks_left > 0 {
            checks_left = match self.driver.execute_async(script.as_str(), arguments.clone()).await {
                Ok(found) if !found.json().is_null() => return Some(found),
                Ok(_) => checks_left.saturating_sub(CHECKS_PER_SCRIPT),
                Err(_) => {
                    tokio::time::sleep(STEP).await;
                    checks_left - 1
                }
            }
        }
        None
    }

    /// Waits for the element with this role and name.
    pub async fn see(&self, role: &str, name: &str) -> WebElement {
        let seen =
            self.watch(&format!("{ELEMENTS}{FIND} return found;"), vec![json!(role), json!(name)]).await;
        match seen.map(ScriptRet::element) {
            Some(Ok(element)) => element,
            _ => panic!("no {role} named '{name}' on this page:\n{}", self.text().await),
        }
    }

    /// The element with this role and name, or `None` if it isn't there now.
    pub async fn find(&self, role: &str, name: &str) -> Option<WebElement> {
        let found = self
            .driver
            .execute(format!("{ELEMENTS}{FIND} return found;"), vec![json!(role), json!(name)])
            .await
            .ok()?;
        found.element().ok()
    }

    /// Presses the element with this role and name.
    pub async fn press(&self, role: &str, name: &str) {
        let is_pressed = self.find_and_press(role, name, FIND).await;
        assert!(is_pressed, "no {role} named '{name}' that can be pressed:\n{}", self.text().await);
    }

    /// Presses an element and returns whether that succeeded. An element under the top bar is scrolled into view
    /// first. The driver may report a failure for a successful press if the element has gone by the time it answers.
    async fn pressed(&self, element: &WebElement) -> bool {
        let is_pressed = element.click().await.is_ok()
            || self.was_pressed().await
            || (element.scroll_into_view().await.is_ok()
                && (element.click().await.is_ok() || self.was_pressed().await));
        if self.engine == Engine::WebKit {
            self.pressed_by_script(element, is_pressed).await
        } else {
            is_pressed
        }
    }

    /// WebKit's driver misses elements in frames and scroll containers, but reports success. A missed element that
    /// isn't covered is pressed by a script. If the element is gone or the page was left, the driver's result counts.
    async fn pressed_by_script(&self, element: &WebElement, is_pressed: bool) -> bool {
        let Ok(pressing) = element.to_json() else { return is_pressed };
        let press = "if (window.wasPressed !== false) return true;
            const [element] = arguments;
            element.scrollIntoView({ block: 'center' });
            const box = element.getBoundingClientRect();
            const top = element.getRootNode().elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            if (!top || !(element.contains(top) || top.contains(element))) return false;
            element.click();
            return true;";
        let pressed = self.driver.execute(press, vec![pressing]).await;
        pressed.map_or(is_pressed, |pressed| pressed.json() == &Value::Bool(true))
    }

    async fn was_pressed(&self) -> bool {
        let said = self.driver.execute("return window.wasPressed === true;", vec![]).await;
        said.is_ok_and(|said| said.json() == &Value::Bool(true))
    }

    /// Presses the first element of a role whose name begins with `beginning`.
    pub async fn press_beginning(&self, role: &str, beginning: &str) {
        let is_pressed = self.find_and_press(role, beginning, FIND_BEGINNING).await;
        assert!(is_pressed, "no {role} whose name begins with '{beginning}':\n{}", self.text().await);
    }

    /// Waits for the element that the script `find` finds, presses it, and returns whether that succeeded.
    async fn find_and_press(&self, role: &str, name: &str, find: &str) -> bool {
        let script = format!("{ELEMENTS}{find}{RETURN_TO_PRESS}");
        // A part of the page may be rendered again between finding and pressing.
        for _ in 0..5 {
            let Some(seen) = self.watch(&script, vec![json!(role), json!(name)]).await else { return false };
            if let Ok(element) = seen.element()
                && self.pressed(&element).await
            {
                return true;
            }
        }
        false
    }

    /// Waits for an element of a role whose name begins with `beginning`.
    pub async fn see_beginning(&self, role: &str, beginning: &str) {
        let script = format!("{ELEMENTS}{FIND_BEGINNING} return found;");
        let seen = self.watch(&script, vec![json!(role), json!(beginning)]).await;
        assert!(seen.is_some(), "no {role} whose name begins with '{beginning}':\n{}", self.text().await);
    }

    /// In a review that turns MFA on, includes all users that it skips: disabled accounts, and
    /// users without a known active device.
    pub async fn include_skipped(&self) {
        self.hear("Will be changed").await;
        for name in [
            "Include disabled accounts",
            "Include users without an active device",
            "Include users with unknown devices",
        ] {
            let is_included = match self.find("checkbox", name).await {
                Some(choice) => choice.is_selected().await.unwrap_or_default(),
                None => true,
            };
            if !is_included {
                self.press("checkbox", name).await;
            }
        }
    }

    /// Waits for the review of a run that turns MFA on or off.
    pub async fn see_review(&self, to: bool) {
        let name = if to { "Enable MFA for " } else { "Disable MFA for " };
        let dialog = format!(
            "{ELEMENTS} return elements.some((it) => it.matches('.review') && nameOf(it).startsWith(name));"
        );
        let seen = self.watch(&dialog, vec![json!("dialog"), json!(name)]).await;
        assert!(seen.is_some(), "no review '{name}':\n{}", self.text().await);
    }

    /// Waits until the review has read the current values, and returns the name of the button that starts the run.
    pub async fn start_button(&self) -> String {
        self.hear("Will be changed").await;
        let name = self.ask_shadow("root.querySelector('.review-start').innerText").await;
        name.as_str().unwrap_or_default().trim().to_owned()
    }

    /// Starts the reviewed run of this many changes, without a pilot user.
    pub async fn start_run(&self, to: bool, changes: &str) {
        self.hear("Will be changed").await;
        let verb = if to { "Enable" } else { "Disable" };
        self.press("button", &format!("{verb} MFA for {changes} users")).await;
    }

    /// Starts the reviewed run, with or without a pilot user.
    pub async fn start_reviewed_run(&self) {
        let name = self.start_button().await;
        self.press("button", &name).await;
    }

    /// Names the pilot user of the reviewed run, by username or ID.
    pub async fn choose_pilot(&self, user: &str) {
        self.hear("Will be changed").await;
        self.fill("combobox", "Pilot user", user).await;
    }

    /// Starts the reviewed run with its pilot user.
    pub async fn start_with_pilot(&self) {
        self.press("button", "Change pilot user first").await;
    }

    /// Chooses the highest request rate of the reviewed run.
    pub async fn set_speed(&self, per_second: &str) {
        self.choose("Speed", &format!("{per_second} requests a second")).await;
    }

    /// Chooses another highest request rate for the run in progress.
    pub async fn change_speed(&self, per_second: &str) {
        self.press("button", "Change speed").await;
        self.press("menuitemradio", &format!("{per_second} requests a second")).await;
    }

    /// Saves a file of the review: one entry of its menu.
    pub async fn save_plan(&self, entry: &str) {
        self.press("button", "Save plan").await;
        self.press("menuitem", entry).await;
    }

    /// The names of all elements of a role that begin with `beginning`.
    pub async fn names(&self, role: &str, beginning: &str) -> Vec<String> {
        let script = format!("{ELEMENTS}{NAMES}");
        let names =
            self.driver.execute(script, vec![json!(role), json!(beginning)]).await.expect("the page answers");
        let names = names.json().as_array().cloned().unwrap_or_default();
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Presses a button that opens a file chooser, and selects this file. Uses the `DevTools` protocol where
    /// available, because no driver can control the file dialog.
    pub async fn choose_file(&self, button: &str, file: &std::path::Path) {
        if self.engine != Engine::Chromium {
            return self.choose_file_by_field(button, file).await;
        }
        self.intercept_file_chooser().await;
        self.press("button", button).await;
        self.give_file(button, file).await;
    }

    /// Like `choose_file` with the focused button, by the Enter key.
    pub async fn choose_file_by_key(&self, file: &std::path::Path) {
        self.intercept_file_chooser().await;
        self.type_keys(Key::Enter + "").await;
        self.give_file("Enter", file).await;
    }

    /// Notes the field that asks for a file from now on, instead of showing the browser's dialog.
    async fn intercept_file_chooser(&self) {
        let note = "const real = HTMLInputElement.prototype.showPicker;
            window.asking = undefined;
            if (!window.notesAsking) HTMLInputElement.prototype.showPicker = function () {
                window.asking = this;
                return real.call(this);
            };
            window.notesAsking = true;";
        self.driver.execute(note, vec![]).await.expect("the script runs");
        let quietly = json!({"enabled": true});
        self.devtools("Page.setInterceptFileChooserDialog", quietly).await.expect("no dialog is shown");
    }

    async fn give_file(&self, button: &str, file: &std::path::Path) {
        for _ in 0..MAX_CHECKS {
            let asking = self.devtools("Runtime.evaluate", json!({"expression": "window.asking"})).await;
            let asking = asking.expect("the page answers");
            if let Some(input) = asking["result"]["objectId"].as_str() {
                let files = json!({"files": [file], "objectId": input});
                self.devtools("DOM.setFileInputFiles", files).await.expect("the file is taken");
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("'{button}' doesn't ask for a file");
    }

    /// Like `choose_file` without the `DevTools` protocol: the file field is made visible, and the driver fills it in.
    async fn choose_file_by_field(&self, button: &str, file: &std::path::Path) {
        let show = "HTMLInputElement.prototype.showPicker = function () { document.body.append(this); };";
        self.driver.execute(show, vec![]).await.expect("the script runs");
        self.press("button", button).await;
        let field = self.watch("return document.querySelector('body > input[type=file]');", vec![]).await;
        let field = field.expect("the button asks for a file").element().expect("an element");
        field.send_keys(file.to_string_lossy().into_owned()).await.expect("the file is taken");
        let away = "arguments[0].remove();";
        let field = field.to_json().expect("an element has a JSON form");
        self.driver.execute(away, vec![field]).await.expect("the field is removed");
    }

    /// Chooses an option of a combobox by its label.
    pub async fn choose(&self, name: &str, label: &str) {
        let field = self.see("combobox", name).await.to_json().expect("an element has a JSON form");
        let script = "const [field, label] = arguments;
            const option = [...field.options].find((option) => option.text === label);
            if (!option) return false;
            field.value = option.value;
            field.dispatchEvent(new Event('change', { bubbles: true }));
            return true;";
        let chosen = self.driver.execute(script, vec![field, json!(label)]).await.expect("the page answers");
        assert_eq!(chosen.json(), &Value::Bool(true), "'{name}' has no option '{label}'");
    }

    /// Opens a menu or a panel below a button, and chooses an entry of it by its name.
    pub async fn choose_in_menu(&self, menu: &str, role: &str, entry: &str) {
        self.press("button", menu).await;
        self.press(role, entry).await;
    }

    /// The label of the combobox's selected option.
    pub async fn chosen(&self, name: &str) -> String {
        let field = self.see("combobox", name).await.to_json().expect("an element has a JSON form");
        let script = "return arguments[0].selectedOptions[0].text;";
        let label = self.driver.execute(script, vec![field]).await.expect("the page answers");
        label.json().as_str().unwrap_or_default().to_owned()
    }

    /// Filters the table by a choice, in the filter's menu or, where the filter has none, among the other filters.
    pub async fn filter(&self, name: &str, choice: &str) {
        self.see("button", "Import list").await;
        if self.filter_menu(name).await.is_some() {
            let is_pressed = self.find_and_press("button", name, FIND_MENU).await;
            assert!(is_pressed, "the menu '{name}' can't be pressed");
            self.press("menuitemradio", choice).await;
            return;
        }
        self.press_beginning("button", "More filters").await;
        // Some choices are read from PingOne when their field gets the focus.
        self.see("combobox", name).await.focus().await.expect("the field takes the focus");
        let script = format!(
            "{ELEMENTS}{FIND} return [...(found?.options ?? [])].some((option) => option.text === arguments[2]);"
        );
        self.watch(&script, vec![json!("combobox"), json!(name), json!(choice)]).await;
        self.choose(name, choice).await;
        self.press_beginning("button", "More filters").await;
    }

    /// The value of a filter that has a menu, or an empty text if it is not set.
    pub async fn filtered_by(&self, name: &str) -> String {
        let menu = self.filter_menu(name).await.expect("the filter has a menu");
        let label = menu.attr("aria-label").await.ok().flatten().unwrap_or_default();
        label.strip_prefix(name).unwrap_or_default().trim_start_matches(": ").to_owned()
    }

    async fn filter_menu(&self, name: &str) -> Option<WebElement> {
        let script = format!("{ELEMENTS}{FIND_MENU} return found;");
        let found = self.driver.execute(script, vec![json!("button"), json!(name)]).await.ok()?;
        found.element().ok()
    }

    /// Sets the text of a search field in one step, whatever its length.
    pub async fn type_raw(&self, name: &str, text: &str) {
        let field = self.see("searchbox", name).await.to_json().expect("an element has a JSON form");
        let script = "const [field, text] = arguments; field.value = text;
            field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        self.driver.execute(script, vec![field, json!(text)]).await.expect("the field takes it");
        tokio::time::sleep(STEP).await;
    }

    /// Searches PingOne for a person and presses Enter.
    pub async fn find_in_pingone(&self, text: &str) {
        self.enter("searchbox", "Search users", text).await;
    }

    /// Opens the Response in the user drawer, unless it is open already.
    pub async fn open_response(&self) {
        self.see("region", "Response").await;
        self.until_shadow("root.querySelector('.user-response .response-status') !== null").await;
        let is_open = "root.querySelector('.response-toggle').ariaExpanded === 'true'";
        if self.ask_shadow(is_open).await == false {
            self.press_beginning("button", "Response").await;
        }
        self.until_shadow(is_open).await;
    }

    /// Opens the checks of the failure that is shown, unless they are open already.
    pub async fn show_checks(&self) {
        self.see("region", "Troubleshooting").await;
        if self.find("button", "Hide checks").await.is_none() {
            self.press("button", "Show checks").await;
        }
        self.see("button", "Hide checks").await;
    }

    /// The number of users in the table, from its `aria-rowcount`.
    pub async fn shown(&self) -> usize {
        let script =
            "const grid = document.querySelector('pingone-mfa').shadowRoot.querySelector('[role=grid]');
            return Number(grid.getAttribute('aria-rowcount')) - 1;";
        let shown = self.driver.execute(script, vec![]).await.expect("the page answers");
        shown.json().as_u64().and_then(|shown| shown.try_into().ok()).expect("a number of rows")
    }

    /// Sends keys to the element that has the focus.
    pub async fn send(&self, keys: impl Into<TypingData>) {
        if self.engine == Engine::WebKit {
            return self.send_chord(&keys.into()).await;
        }
        let script = "return document.querySelector('pingone-mfa').shadowRoot.activeElement;";
        let focused = self.driver.execute(script, vec![]).await.expect("the page answers");
        let focused = focused.element().expect("something has the focus");
        focused.send_keys(keys).await.expect("the keys are sent");
        tokio::time::sleep(STEP).await;
    }

    /// Like `send`, for WebKit, whose driver doesn't send arrow keys to a checkbox. Modifier keys are
    /// held while the others are pressed.
    async fn send_chord(&self, keys: &TypingData) {
        let keys: Vec<char> = keys.as_vec();
        let is_modifier =
            |key: &char| [Key::Control, Key::Shift, Key::Alt].iter().any(|it| it.value() == *key);
        let (held, pressed): (Vec<char>, Vec<char>) = keys.into_iter().partition(is_modifier);
        let chain = held.iter().fold(self.driver.action_chain(), |chain, key| chain.key_down(*key));
        let chain = chain.send_keys(pressed.into_iter().collect::<String>());
        let chain = held.iter().fold(chain, |chain, key| chain.key_up(*key));
        chain.perform().await.expect("the keys are sent");
        tokio::time::sleep(STEP).await;
    }

    pub async fn focused_row(&self, index: usize) {
        let row =
            "document.querySelector('pingone-mfa').shadowRoot.activeElement?.closest('tr')?.ariaRowIndex";
        let focused =
            self.watch(&format!("return {row} === arguments[0];"), vec![json!(index.to_string())]).await;
        assert!(focused.is_some(), "the focus is in row {}, not in {index}", self.value(row).await);
    }

    /// The current address of the tab or frame's page.
    pub async fn address(&self) -> String {
        self.driver.current_url().await.expect("the page has an address").to_string()
    }

    /// Waits until the page's address ends with `end`.
    pub async fn hear_address(&self, end: &str) {
        for _ in 0..MAX_CHECKS {
            if self.address().await.ends_with(end) {
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("the address is {}", self.address().await);
    }

    /// Goes back one entry in the tab's history.
    pub async fn back(&self) {
        self.driver.back().await.expect("there is a page to go back to");
    }

    /// Replaces a field's text and presses Enter.
    pub async fn enter(&self, role: &str, name: &str, text: &str) {
        let field = self.see(role, name).await;
        field.clear().await.expect("the field can be emptied");
        field.send_keys(text).await.expect("the field takes keys");
        field.send_keys(Key::Enter + "").await.expect("the field takes Enter");
    }

    /// Replaces a field's text without pressing Enter.
    pub async fn fill(&self, role: &str, name: &str, text: &str) {
        let field = self.see(role, name).await;
        field.clear().await.expect("the field can be emptied");
        field.send_keys(text).await.expect("the field takes keys");
    }

    /// Runs a test's script in the page. The script calls its last argument when it is done.
    pub async fn run(&self, script: &str) {
        self.driver.execute_async(script, vec![]).await.expect("the script ends");
    }

    /// Runs a script and returns its result. The script passes the result to its last argument.
    ///
    /// # Errors
    /// Fails if the driver reports an error or the script doesn't end in time.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> WebDriverResult<Value> {
        Ok(self.driver.execute_async(script, arguments).await?.json().clone())
    }

    /// Evaluates an expression in which `root` is the element's shadow root.
    pub async fn ask_shadow(&self, expression: &str) -> Value {
        let script =
            format!("const root = document.querySelector('pingone-mfa').shadowRoot; return {expression};");
        self.driver.execute(script, vec![]).await.expect("the page answers").json().clone()
    }

    /// Sets the timeout for scripts of this page.
    ///
    /// # Errors
    /// Fails if the driver reports an error.
    pub async fn be_patient(&self, time: Duration) -> WebDriverResult<()> {
        self.driver.set_script_timeout(time).await
    }

    /// Sends a command of the `DevTools` protocol and returns its result.
    ///
    /// # Errors
    /// Fails if the driver reports an error.
    pub async fn devtools(&self, method: &str, parameters: Value) -> WebDriverResult<Value> {
        self.driver.cdp().send_raw(method, parameters).await
    }

    /// Waits for the page's only frame and switches to it.
    pub async fn enter_frame(&self) {
        for _ in 0..MAX_CHECKS {
            if let Ok(frame) = self.driver.find(By::Css("iframe")).await {
                frame.enter_frame().await.expect("the frame can be entered");
                return;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("the page has no frame");
    }

    /// Switches from the frame back to the page around it.
    pub async fn leave_frame(&self) {
        self.driver.enter_default_frame().await.expect("the page is there");
    }

    /// Evaluates an expression in the current page or frame.
    pub async fn value(&self, expression: &str) -> Value {
        let value = self.driver.execute(format!("return {expression};"), vec![]).await;
        value.expect("the page answers").json().clone()
    }

    /// Waits until an expression is true.
    pub async fn until(&self, expression: &str) {
        let is_true = self.watch(&format!("return ({expression}) === true;"), vec![]).await;
        assert!(is_true.is_some(), "never true: {expression}");
    }

    /// Waits until an expression in which `root` is the element's shadow root is true.
    pub async fn until_shadow(&self, expression: &str) {
        let root = "const root = document.querySelector('pingone-mfa').shadowRoot;";
        let is_true = self.watch(&format!("{root} return ({expression}) === true;"), vec![]).await;
        assert!(is_true.is_some(), "never true: {expression}");
    }

    /// Navigates to another page in the same tab.
    pub async fn go(&self, url: &str) {
        self.driver.goto(url).await.expect("the page is served");
    }

    /// Presses keys without targeting an element.
    pub async fn type_keys(&self, keys: impl Into<TypingData>) {
        let keys = self.driver.action_chain().send_keys(keys);
        keys.perform().await.expect("the keys are sent");
        tokio::time::sleep(STEP).await;
    }

    /// Moves the focus back with Shift and Tab.
    pub async fn step_back(&self) {
        let chain =
            self.driver.action_chain().key_down(Key::Shift).send_keys(Key::Tab + "").key_up(Key::Shift);
        chain.perform().await.expect("the keys are sent");
        tokio::time::sleep(STEP).await;
    }

    /// The handle of the current tab or window.
    pub async fn tab(&self) -> WindowHandle {
        self.driver.window().await.expect("a tab")
    }

    /// The number of open tabs and windows.
    pub async fn tabs(&self) -> usize {
        self.driver.windows().await.expect("tabs").len()
    }

    /// Waits for the window that the page opened and switches to it. Returns the previous tab.
    pub async fn opened_window(&self) -> WindowHandle {
        let from = self.tab().await;
        for _ in 0..MAX_CHECKS {
            let all = self.driver.windows().await.expect("tabs");
            if let Some(other) = all.into_iter().find(|tab| *tab != from) {
                self.show_tab(&other).await;
                return from;
            }
            tokio::time::sleep(STEP).await;
        }
        panic!("the page didn't open a window:\n{}", self.text().await);
    }

    /// Closes the current window, as a person would.
    pub async fn close_window(&self) {
        self.driver.close_window().await.expect("the window can be closed");
    }

    /// Opens a page in a new tab and switches to it.
    pub async fn new_tab(&self, url: &str) {
        let tab = self.driver.new_tab().await.expect("another tab");
        self.show_tab(&tab).await;
        self.driver.goto(url).await.expect("the page is served");
    }

    /// Switches to the tab with this handle.
    pub async fn show_tab(&self, tab: &WindowHandle) {
        self.driver.switch_to_window(tab.clone()).await.expect("the tab is there");
    }

    /// Reloads the page in the current tab.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("the page is served");
    }

    /// Pastes a text into the token field, as from the clipboard.
    pub async fn paste_token(&self, text: &str) {
        let field = self.see("password", "Access token").await;
        if self.engine == Engine::Firefox {
            return self.paste_by_keys(&field, text).await;
        }
        let script = "const data = new DataTransfer(); data.setData('text/plain', arguments[1]);
            arguments[0].dispatchEvent(new ClipboardEvent('paste',
                { clipboardData: data, bubbles: true, composed: true, cancelable: true }));";
        let field = field.to_json().expect("an element has a JSON form");
        self.driver.execute(script, vec![field, json!(text)]).await.expect("the paste arrives");
    }

    /// Cuts a text from a temporary field beside the page and pastes it. Firefox doesn't let the page read the data
    /// of a paste event that a script created.
    async fn paste_by_keys(&self, field: &WebElement, text: &str) {
        let beside = "const beside = document.body.appendChild(document.createElement('textarea'));
            beside.value = arguments[0]; beside.select(); beside.focus(); return beside;";
        let beside = self.driver.execute(beside, vec![json!(text)]).await.expect("a field beside the page");
        let beside = beside.element().expect("an element");
        beside.send_keys(Key::Control + "x").await.expect("the text is cut");
        field.send_keys(Key::Control + "v").await.expect("the text is pasted");
        let beside = beside.to_json().expect("an element has a JSON form");
        self.driver.execute("arguments[0].remove();", vec![beside]).await.expect("the field is removed");
    }

    /// Connects with a token and the values that the page reads from it.
    pub async fn connect(&self, token: &str) {
        self.paste_token(token).await;
        self.press("button", "Connect").await;
        self.see("searchbox", "Search users").await;
    }

    /// Opens the dialog for another token.
    pub async fn replace_token(&self) {
        self.choose_in_menu("Token", "menuitem", "Replace token").await;
    }

    pub async fn forget_token(&self) {
        self.choose_in_menu("Token", "menuitem", "Forget token").await;
    }

    pub async fn sign_out(&self) {
        self.choose_in_menu("Token", "menuitem", "Sign out").await;
    }

    /// The names of the entries of the menu `Token`.
    pub async fn token_menu(&self) -> Vec<String> {
        self.press("button", "Token").await;
        self.see("menuitem", "Forget token").await;
        let names = self.names("menuitem", "").await;
        self.press("button", "Token").await;
        names
    }

    /// Saves the report of the run on display. `format` is CSV or JSON.
    pub async fn save_report(&self, format: &str) {
        self.choose_in_menu("Save report", "menuitem", &format!("{format}, user IDs only")).await;
    }

    /// Waits until the run on display is finished.
    pub async fn run_finished(&self) {
        self.hear(" · finished ").await;
    }

    /// Like `run_finished`, with a timeout of two minutes.
    pub async fn run_finished_late(&self) {
        self.hear_late(" · finished ").await;
    }

    /// Waits until a run has changed this many users, and has verified all of them: at some users per second, this takes a while.
    pub async fn run_changed(&self, verb: &str, users: usize) {
        let noun = if users == 1 { "user" } else { "users" };
        self.hear_late(&format!("MFA {verb} for {users} {noun}")).await;
        self.hear_late(&format!("changed and verified\n{users}")).await;
    }

    /// Continues the only stored run that isn't finished, with all users left.
    pub async fn continue_stored_run(&self) {
        self.hear("isn't finished").await;
        self.press_beginning("button", "Continue with ").await;
    }

    /// Waits until the page shows this sentence.
    pub async fn hear(&self, sentence: &str) {
        self.hear_within(MAX_CHECKS, sentence).await;
    }

    /// Like `hear`, with a timeout of two minutes.
    pub async fn hear_late(&self, sentence: &str) {
        self.hear_within(8 * MAX_CHECKS, sentence).await;
    }

    async fn hear_within(&self, checks: u32, sentence: &str) {
        let script = format!("return ({TEXT}).includes(arguments[0]);");
        let heard = self.watch_for(checks, &script, vec![json!(sentence)]).await;
        assert!(heard.is_some(), "the page doesn't say '{sentence}' but:\n{}", self.text().await);
    }

    /// The visible text of the page or frame.
    pub async fn text(&self) -> String {
        self.value(TEXT).await.as_str().unwrap_or_default().to_owned()
    }

    /// The text that a screen reader would read. Works without page scripts too.
    pub async fn spoken(&self) -> String {
        let tree = self
            .devtools("Accessibility.getFullAXTree", json!({}))
            .await
            .expect("the accessibility tree can be read");
        let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
        nodes.iter().filter_map(|node| node["name"]["value"].as_str()).collect::<Vec<_>>().join("\n")
    }

    /// Notes what the polite live region says from now on, in `window.announced`: its next sentence replaces the last.
    pub async fn note_announcements(&self) {
        let script = "const root = document.querySelector('pingone-mfa').shadowRoot;
            const region = root.querySelector('.unseen[aria-live=polite]');
            window.announced = [];
            new MutationObserver(() => window.announced.push(region.textContent.trim()))
                .observe(region, { childList: true, characterData: true, subtree: true });
            arguments[0]();";
        self.run(script).await;
    }

    /// Waits until the polite live region has said this since [`Self::note_announcements`].
    pub async fn hear_announced(&self, sentence: &str) {
        self.until(&format!("window.announced.includes({})", json!(sentence))).await;
    }

    /// Adds a script that runs before the scripts of every page opened from now on.
    pub async fn precede(&self, script: &str) {
        let script = json!({"source": script});
        self.devtools("Page.addScriptToEvaluateOnNewDocument", script)
            .await
            .expect("the script is registered");
    }

    /// Whether the switch with this name is on.
    pub async fn is_on(&self, name: &str) -> bool {
        let switch = self.see("switch", name).await;
        switch.attr("aria-checked").await.ok().flatten().as_deref() == Some("true")
    }

    /// Waits until a switch is on or off.
    pub async fn wait_for_switch(&self, name: &str, on: bool) {
        let script = format!("{ELEMENTS}{FIND} return found?.ariaChecked === arguments[2];");
        let waited = self.watch(&script, vec![json!("switch"), json!(name), json!(on.to_string())]).await;
        assert!(waited.is_some(), "'{name}' stays {}", if on { "off" } else { "on" });
    }

    /// The name of the element that has the focus.
    pub async fn focus(&self) -> String {
        let script = "const active = document.querySelector('pingone-mfa').shadowRoot.activeElement;
            return active?.getAttribute('aria-label') ?? active?.innerText ?? '';";
        let name = self.driver.execute(script, vec![]).await.expect("the page answers");
        name.json().as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the name of the focused element contains `name`.
    pub async fn until_focus(&self, name: &str) {
        let script = "const active = document.querySelector('pingone-mfa').shadowRoot.activeElement;
            return (active?.getAttribute('aria-label') ?? active?.innerText ?? '').includes(arguments[0]);";
        let waited = self.watch(script, vec![json!(name)]).await;
        assert!(waited.is_some(), "the focus is on '{}', not on '{name}'", self.focus().await);
    }

    /// The places that contain a text: the document, attributes, fields, the address and the local stores.
    pub async fn sinks_with(&self, text: &str) -> Vec<String> {
        let sinks = self.driver.execute_async(SINKS, vec![]).await.expect("the page answers");
        let Value::Object(sinks) = sinks.json() else { panic!("sinks are an object") };
        assert!(sinks.len() > 50, "the walk found only {} places", sinks.len());
        let holds = |value: &Value| value.as_str().is_some_and(|value| value.contains(text));
        sinks.iter().filter(|(_, value)| holds(value)).map(|(name, _)| name.clone()).collect()
    }

    /// Accessibility violations that axe-core finds on the page, one per line.
    pub async fn axe(&self) -> Vec<String> {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/axe-core/axe.min.js");
        if self.value("typeof window.axe").await == "undefined" {
            let axe =
                std::fs::read_to_string(&path).expect("axe-core is installed: cargo xtask test does it");
            self.driver.execute(axe, vec![]).await.expect("axe loads");
        }
        let script = "const done = arguments[0];
            axe.run({ preload: false, resultTypes: ['violations'] }).then(({ violations }) => done(violations.map(({ id, nodes }) =>
                `${id}: ${nodes.map((node) => node.html).join(' | ')}`)));";
        let found = self.driver.execute_async(script, vec![]).await.expect("axe answers");
        let found = found.json().as_array().expect("axe answers with a list");
        found.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Checks that the page is accessible and doesn't overflow horizontally, once light and wide and once dark and
    /// narrow: colors depend on the one and the layout on the other. Saves both screenshots.
    pub async fn check_appearance(&self, screen: &str) {
        self.check_appearances(screen, None).await;
    }

    /// Like `check_appearance`, scrolled to the element that `selected` matches.
    pub async fn check_appearance_around(&self, selected: &str, screen: &str) {
        let show = format!("root.querySelector({}).scrollIntoView({{ block: 'center' }})", json!(selected));
        self.check_appearances(screen, Some(&show)).await;
    }

    async fn check_appearances(&self, screen: &str, show: Option<&str>) {
        for (scheme, width) in [("light", 1280), ("dark", 400)] {
            self.emulate_display(scheme, width, 900).await;
            if let Some(show) = show {
                self.ask_shadow(show).await;
            }
            // The content of a frame is laid out, and reports its height, a moment later.
            tokio::time::sleep(Duration::from_millis(250)).await;
            self.shoot(&format!("{screen}-{scheme}-{width}")).await;
            assert_eq!(self.axe().await, Vec::<String>::new(), "{screen}, {scheme}, {width}");
            let wide = self.value("document.documentElement.scrollWidth").await;
            assert!(wide.as_u64().is_some_and(|wide| wide <= u64::from(width)), "{screen}, {width}: {wide}");
        }
        self.emulate_display("light", 1280, 900).await;
    }

    /// Emulates a color scheme and a window size.
    pub async fn emulate_display(&self, scheme: &str, width: u32, height: u32) {
        let tools = self.driver.cdp();
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        tools.send_raw("Emulation.setEmulatedMedia", features).await.expect("a scheme");
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        tools.send_raw("Emulation.setDeviceMetricsOverride", size).await.expect("a size");
    }

    /// Saves a screenshot in `tests/e2e/shots`.
    pub async fn shoot(&self, name: &str) {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("shots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join(format!("{name}.png"));
        self.driver.screenshot(&file).await.expect("a screenshot");
    }
}
