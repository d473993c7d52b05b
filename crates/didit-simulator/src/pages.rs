//! The pages for people. They are plain HTML with plain links and forms: no script, nothing from elsewhere.

pub mod checkout;
pub mod dashboard;
mod html;
pub mod media;
pub mod session;
