//! The one place that every request goes through.

mod builder;
mod call;
mod client;
mod loopback;
mod proxy;
mod send;

pub use builder::{ClientBuilder, http_client_for, http_client_trusting};
pub(crate) use call::{ApiResponse, Call, Credential, unreadable};
pub use client::{Client, DEFAULT_API_BASE_URL, DEFAULT_AUTH_BASE_URL, Observer};
pub use loopback::is_loopback;
pub use proxy::Proxy;
