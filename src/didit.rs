//! The typed client of the Didit API.

pub mod signature;
