//! A real headless Chromium with a profile of its own, driven step by step. It ends with the value, also after a panic.

use std::{
    fmt::Debug,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource as _, KeyAction, KeyActions},
    elements::Element,
    error::CmdError,
    wd::WebDriverCompatibleCommand,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::support::tool::tool;

/// How long a condition may take to come true; far more than anything here needs.
const DEADLINE: Duration = Duration::from_secs(60);
const INSTALL: &str = "on Debian: apt-get install chromium chromium-driver";
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const DRIVERS: [&str; 2] = ["chromedriver", "chromium.chromedriver"];

/// The Tab key, as WebDriver writes it.
pub const TAB: char = '\u{E004}';
/// The Enter key, as WebDriver writes it.
pub const ENTER: char = '\u{E007}';

/// The arrow down, as WebDriver writes it.
pub const DOWN: char = '\u{E015}';

/// A size of the window, in CSS pixels.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    pub width: u32,
    pub height: u32,
}

/// A phone.
pub const PHONE: Screen = Screen {
    width: 390,
    height: 844,
};
/// The narrowest screen that pages must fit on.
pub const NARROWEST: Screen = Screen {
    width: 320,
    height: 640,
};
/// A desktop.
pub const DESKTOP: Screen = Screen {
    width: 1280,
    height: 800,
};

/// A browser with one window.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    // In this order: the driver lets go before the browser ends, and then its profile can be removed.
    _driver: Process,
    _chromium: Process,
    _profile: Profile,
}

/// A process that ends with the value.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// The browser's own folder. Its last processes may still write while they end.
struct Profile(TempDir);

impl Drop for Profile {
    fn drop(&mut self) {
        for _ in 0..100 {
            if std::fs::remove_dir_all(self.0.path()).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Browser {
    /// Starts a browser, where one is installed.
    pub fn start() -> Option<Self> {
        let chromium = tool(&BROWSERS, INSTALL)?;
        let driver = tool(&DRIVERS, INSTALL)?;
        let profile = Profile(tempfile::tempdir().expect("a folder for the browser"));
        let chromium = start_chromium(&chromium, profile.0.path());
        let (driver, address) = start_driver(&driver);
        let debugger = debugger_address(profile.0.path());
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "debuggerAddress": debugger },
        });
        let client = runtime
            .block_on(
                ClientBuilder::new(HttpConnector::new())
                    .capabilities(capabilities.as_object().cloned().unwrap_or_default())
                    .connect(&address),
            )
            .expect("a session with the browser");
        let browser = Self {
            runtime,
            client,
            _driver: driver,
            _chromium: chromium,
            _profile: profile,
        };
        browser.resize(DESKTOP);
        Some(browser)
    }

    fn wait_on<T>(&self, what: impl Future<Output = Result<T, CmdError>>) -> T {
        self.runtime.block_on(what).expect("the browser obeys")
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&self, address: &str) {
        self.wait_on(self.client.goto(address));
    }

    /// The address that is shown.
    pub fn address(&self) -> String {
        self.wait_on(self.client.current_url()).to_string()
    }

    /// The first element that fits, as soon as there is one.
    fn find(&self, locator: Locator<'_>) -> Element {
        let searching = self.client.wait().at_most(DEADLINE).for_element(locator);
        self.runtime
            .block_on(searching)
            .unwrap_or_else(|error| panic!("no {locator:?} at {}: {error}", self.address()))
    }

    /// Clicks the first element of a CSS selector, which stays on the page.
    pub fn click(&self, selector: &str) {
        self.wait_on(self.find(Locator::Css(selector)).click());
    }

    /// Clicks the first element of a CSS selector and waits for the page that it leads to.
    pub fn leave_by(&self, selector: &str) {
        self.leave(Locator::Css(selector));
    }

    /// Clicks the link with this text and waits for its page.
    pub fn follow(&self, text: &str) {
        self.leave(Locator::LinkText(text));
    }

    fn leave(&self, locator: Locator<'_>) {
        let element = self.find(locator);
        self.run("window.leftBehind = true", json!([]));
        self.wait_on(element.click());
        self.until("the next page", || {
            let arrived = self.client.execute(
                "return !window.leftBehind && document.readyState === 'complete'",
                Vec::new(),
            );
            // Between two pages there is none to ask.
            let arrived = self.runtime.block_on(arrived).unwrap_or(Value::Null);
            (arrived == true).then_some(())
        });
    }

    /// The text that people see in the first element of a CSS selector.
    pub fn text(&self, selector: &str) -> String {
        self.text_with(selector, "")
    }

    /// Waits until the text of an element holds these words, and returns it.
    pub fn text_with(&self, selector: &str, words: &str) -> String {
        self.until(&format!("{selector} with {words:?}"), || {
            let text = self.run(
                "return document.querySelector(arguments[0])?.innerText ?? null",
                json!([selector]),
            );
            text.as_str()
                .filter(|text| text.contains(words))
                .map(str::to_owned)
        })
    }

    /// Waits until `condition` gives something.
    pub fn until<T>(&self, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(found) = condition() {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "waited in vain for {what} at {}",
                self.address()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Runs a function's body in the page with these arguments and returns its result.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        let arguments = arguments
            .as_array()
            .cloned()
            .expect("an array of arguments");
        self.wait_on(self.client.execute(script, arguments))
    }

    /// Presses and releases a key wherever the focus is.
    pub fn press(&self, key: char) {
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key });
        self.wait_on(self.client.perform_actions(keys));
    }

    /// Goes on inside the first frame of the page.
    pub fn enter_frame(&self) {
        self.wait_on(self.client.enter_frame(0));
    }

    /// Goes on in the page around the frame.
    pub fn leave_frame(&self) {
        self.wait_on(self.client.enter_parent_frame());
    }

    /// Makes the page as large as on this screen.
    pub fn resize(&self, screen: Screen) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": screen.width, "height": screen.height, "deviceScaleFactor": 1, "mobile": screen.width < 600 }),
        );
    }

    /// Makes pages see that the person prefers a dark or a light scheme.
    pub fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] }),
        );
    }

    /// A command of Chromium's own protocol, for which WebDriver has none.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        let command = DevTools(json!({ "cmd": command, "params": parameters }));
        self.wait_on(self.client.issue_cmd(command))
    }
}

#[derive(Debug)]
struct DevTools(Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (reqwest::Method, Option<String>) {
        (reqwest::Method::POST, Some(self.0.to_string()))
    }
}

/// The test starts the browser itself rather than letting the driver do it, so that both end by their own process ids.
fn start_chromium(program: &Path, profile: &Path) -> Process {
    let child = Command::new(program)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--disable-breakpad",
            // Nothing outside this machine has an address.
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "--remote-debugging-port=0",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg("about:blank")
        // Some distributions' start scripts write settings into the home.
        .env("HOME", profile)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the browser starts");
    Process(child)
}

/// The port that the browser chose, which it writes into its profile.
fn debugger_address(profile: &Path) -> String {
    let file = profile.join("DevToolsActivePort");
    let deadline = Instant::now() + DEADLINE;
    loop {
        let written = std::fs::read_to_string(&file).unwrap_or_default();
        if let Some((port, _)) = written.split_once('\n') {
            return format!("127.0.0.1:{port}");
        }
        assert!(Instant::now() < deadline, "the browser never listened");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Starts the driver, again if it ends at once: it takes the same free port for both families of addresses, and of the second
/// one another program may have it.
fn start_driver(program: &Path) -> (Process, String) {
    let mut said = Vec::new();
    for _ in 0..3 {
        let mut child = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the driver starts");
        let output = child.stdout.take().expect("standard output");
        let process = Process(child);
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            let port = line.split_once("started successfully on port ");
            let port = port.map(|(_, port)| port.trim_end_matches('.').to_owned());
            said.push(line);
            port
        });
        if let Some(port) = port {
            // It goes on writing, and must not find a closed pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return (process, format!("http://127.0.0.1:{port}"));
        }
    }
    panic!("the driver never listened: {said:?}");
}
