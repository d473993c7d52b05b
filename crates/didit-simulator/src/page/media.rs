//! Placeholders for the pictures, videos and documents that decisions link to.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use uuid::Uuid;

use super::{missing, page};
use crate::{
    call::Call,
    pdf,
    reply::{Answer, Reply},
    state::State,
};

/// One grey pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// `GET /media/...`: a placeholder for every picture of a session that still exists.
pub(crate) fn show(state: &mut State, call: &Call) -> Answer {
    let path = call.text(0);
    if path == "watchlist.html" {
        return Ok(page(
            StatusCode::OK,
            "Invented watch list",
            "<p>The people on it do not exist.</p>",
        ));
    }
    let known = path
        .split('/')
        .next()
        .and_then(|id| Uuid::parse_str(id).ok())
        .is_some_and(|id| state.session(id).is_some());
    if !known {
        return Err(missing("picture"));
    }
    let (content_type, body) = if path.ends_with(".pdf") {
        (
            "application/pdf",
            pdf::one_page(&["Simulated document".to_owned()]),
        )
    } else if path.ends_with(".mp4") {
        ("video/mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp41".to_vec())
    } else {
        ("image/png", STANDARD.decode(PIXEL).unwrap_or_default())
    };
    Ok(Reply {
        status: StatusCode::OK,
        content_type,
        headers: Vec::new(),
        body,
    })
}
