//! HMAC signatures of webhooks.
