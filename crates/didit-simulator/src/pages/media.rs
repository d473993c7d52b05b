//! Placeholders for the pictures, videos and documents that decisions link to.

use axum::http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::html::{missing, page};
use crate::{
    call::Call,
    model::{All, State},
    pdf,
    reply::{Answer, Reply},
};

/// One grey pixel.
const PIXEL: &[u8] = include_bytes!("pixel.png");

/// `GET /media/...`: a placeholder for every picture of a session that still exists.
pub fn show(state: &mut State, call: &Call) -> Answer {
    let path = call.text(0);
    if path == "watchlist.html" {
        let content = "<p>The people on it do not exist.</p>";
        let title = "Invented watch list";
        return Ok(page(StatusCode::OK, title, content, &Value::Null));
    }
    let id = path.split('/').next();
    let session = id.and_then(|id| Uuid::parse_str(id).ok());
    if session.and_then(|id| state.sessions.one(id)).is_none() {
        return Err(missing("picture"));
    }
    Ok(match path.rsplit('.').next() {
        Some("pdf") => {
            let lines = ["Simulated document".to_owned()];
            Reply::file("application/pdf", pdf::one_page(&lines))
        }
        Some("mp4") => Reply::file("video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec()),
        _ => Reply::file("image/png", PIXEL.to_vec()),
    })
}
