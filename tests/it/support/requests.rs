//! Whole requests as text, recorded and expected.

use didit_mcp::didit::{Client, Error};

use super::upstream::{KEY, Reply, Upstream};

/// Written in upper case on purpose: paths and bodies must hold it in lower case.
pub const ID: &str = "5B1F3C9A-0000-4000-8000-00000000000A";
pub const OTHER_ID: &str = "5b1f3c9a-0000-4000-8000-00000000000b";

/// Makes one call against a server that answers `{}`, and gives the request that came.
pub async fn sent<T>(call: impl AsyncFnOnce(Client) -> Result<T, Error>) -> String {
    let upstream = Upstream::start([Reply::json(200, "{}")]).await;
    // Whether `{}` makes sense as an answer is another test's concern.
    let _ = call(upstream.builder().build().unwrap()).await;
    let requests = upstream.requests();
    assert_eq!(requests.len(), 1, "exactly one request");
    requests[0].text()
}

/// The headers that every request with the key has.
pub fn headers(with_body: bool) -> String {
    let content_type = if with_body {
        "content-type: application/json\n"
    } else {
        ""
    };
    format!(
        "accept: application/json\naccept-encoding: gzip\n{content_type}user-agent: didit-mcp/{}\nx-api-key: {KEY}\n",
        env!("CARGO_PKG_VERSION")
    )
}

pub fn get(target: &str) -> String {
    format!("GET {target}\n{}\n", headers(false))
}

pub fn with_body(method: &str, target: &str, body: &str) -> String {
    format!("{method} {target}\n{}\n{body}", headers(true))
}

pub fn on_account_host(method: &str, target: &str, credential: &str, body: &str) -> String {
    let content_type = if body.is_empty() {
        ""
    } else {
        "content-type: application/json\n"
    };
    let agent = format!("didit-mcp/{}", env!("CARGO_PKG_VERSION"));
    format!(
        "{method} {target}\naccept: application/json\naccept-encoding: gzip\n{credential}{content_type}user-agent: {agent}\n\n{body}"
    )
}
