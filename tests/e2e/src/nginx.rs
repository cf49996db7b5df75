//! Runs a real nginx that serves a release with the release's own configuration.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::release::Release;

/// A running nginx process. Dropping it ends it.
pub struct Nginx {
    process: Child,
    address: SocketAddr,
    path: String,
}

/// A response from nginx, with its head parsed.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status code of the response.
    pub status: u16,
    /// The headers in order, with lower-case names.
    pub headers: Vec<(String, String)>,
    /// The body as sent, still compressed if it was.
    pub body: Vec<u8>,
}

impl Answer {
    /// All values of the header with this name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        let of_name = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        of_name.map(|(_, value)| value.as_str()).collect()
    }

    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a response has a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
        let headers = lines.filter_map(|line| line.split_once(": "));
        Self {
            status: status.parse().expect("a status"),
            headers: headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }
}

impl Nginx {
    /// Serves the release under `path`, which begins and ends with a slash. Sets what the release leaves to the
    /// deployer: the path, the folder, and `origin` as another origin that the page may connect to.
    pub async fn serve(release: &Release, path: &str, origin: &str) -> Self {
        let folder = release.folder().with_file_name("nginx");
        std::fs::create_dir_all(&folder).expect("a folder");
        let config =
            std::fs::read_to_string(release.folder().join("nginx.conf")).expect("the release has nginx.conf");
        let config = replace_once(&config, "location / {", &format!("location {path} {{"));
        let config =
            replace_once(&config, "/srv/pingone-mfa/;", &format!("{}/;", release.folder().display()));
        let config = replace_once(
            &config,
            "set $pingone_mfa_connect \"",
            &format!("set $pingone_mfa_connect \"{origin} "),
        );
        Self::start(&folder, path, &config).await
    }

    /// Serves a folder unchanged, and sends a file compressed if a compressed form is beside it.
    /// nginx's own files go to `scratch`.
    pub async fn serve_folder(folder: &Path, scratch: &Path) -> Self {
        std::fs::create_dir_all(scratch).expect("a folder");
        let config = format!(
            "location / {{ root {}; gzip_static on; default_type application/json;\n  types {{ text/html html; \
             text/javascript js; text/css css; application/wasm wasm; image/svg+xml svg; }}\n}}\n",
            folder.display()
        );
        Self::start(scratch, "/", &config).await
    }

    /// Starts nginx with these locations. Everything that it writes goes to `folder`.
    async fn start(folder: &Path, path: &str, locations: &str) -> Self {
        std::fs::write(folder.join("release.conf"), locations).expect("a file");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        std::fs::write(folder.join("nginx.conf"), main_config(folder, address)).expect("a file");
        drop(listener);
        let mut started = Self { process: start(folder), address, path: path.to_owned() };
        started.wait(folder).await;
        started
    }

    async fn wait(&mut self, folder: &Path) {
        for _ in 0..200 {
            if TcpStream::connect(self.address).is_ok() {
                return;
            }
            let ended = self.process.try_wait().expect("nginx's state can be read");
            assert!(ended.is_none(), "nginx doesn't start:\n{}", error_log(folder));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nginx doesn't listen:\n{}", error_log(folder));
    }

    /// The origin that nginx listens on.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that the page is served at.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}{}", self.origin(), self.path)
    }

    /// Requests a file of the release and returns the response.
    #[must_use]
    pub fn ask(&self, method: &str, name: &str, headers: &[&str]) -> Answer {
        let mut request = format!("{method} {}{name} HTTP/1.1\r\nHost: {}\r\n", self.path, self.address);
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str("Connection: close\r\n\r\n");
        let mut stream = TcpStream::connect(self.address).expect("nginx listens");
        stream.write_all(request.as_bytes()).expect("nginx reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("nginx answers");
        Answer::read(&answer)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Replaces text that must occur exactly once.
fn replace_once(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` in nginx.conf:\n{text}");
    text.replace(from, to)
}

/// The main configuration around the release's own. Keeps everything that nginx writes in the folder.
fn main_config(folder: &Path, address: SocketAddr) -> String {
    let folder = folder.display();
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary = kinds.map(|kind| format!("  {kind}_temp_path {folder}/{kind};\n")).concat();
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/error.log;\n\
         events {{ worker_connections 256; }}\nhttp {{\n  access_log off;\n{temporary}  \
         server {{ listen {address}; include {folder}/release.conf; }}\n}}\n"
    )
}

fn start(folder: &Path) -> Child {
    let usual = PathBuf::from("/usr/sbin/nginx");
    let named = std::env::var_os("NGINX").map(PathBuf::from);
    let program = named.unwrap_or_else(|| if usual.is_file() { usual } else { PathBuf::from("nginx") });
    let mut command = Command::new(&program);
    command.arg("-e").arg(folder.join("error.log")).arg("-p").arg(folder).arg("-c").arg("nginx.conf");
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.unwrap_or_else(|problem| {
        panic!("{} doesn't start: {problem}. On Debian: apt-get install nginx", program.display())
    })
}

fn error_log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("error.log")).unwrap_or_default()
}
