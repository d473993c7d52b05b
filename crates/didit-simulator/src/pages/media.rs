//! Placeholders for the pictures, videos and documents that decisions link to.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use uuid::Uuid;

use super::html::{missing, page};
use crate::{
    call::Call,
    model::State,
    pdf,
    reply::{Answer, Reply},
};

/// One grey pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// `GET /media/...`: a placeholder for every picture of a session that still exists.
pub fn show(state: &mut State, call: &Call) -> Answer {
    let path = call.text(0);
    if path == "watchlist.html" {
        let content = "<p>The people on it do not exist.</p>";
        return Ok(page(
            StatusCode::OK,
            "Invented watch list",
            content,
            &Value::Null,
        ));
    }
    let session = path
        .split('/')
        .next()
        .and_then(|id| Uuid::parse_str(id).ok());
    if session.and_then(|id| state.session(id)).is_none() {
        return Err(missing("picture"));
    }
    Ok(match path.rsplit('.').next() {
        Some("pdf") => Reply::file(
            "application/pdf",
            pdf::one_page(&["Simulated document".to_owned()]),
        ),
        Some("mp4") => Reply::file("video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec()),
        _ => Reply::file("image/png", STANDARD.decode(PIXEL).unwrap_or_default()),
    })
}
