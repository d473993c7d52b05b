//! A simulator of the Didit API on loopback.
