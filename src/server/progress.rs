//! Progress of long calls, for clients that asked for it.

use std::time::Duration;

use rmcp::{
    RoleServer,
    model::{ProgressNotificationParam, ProgressToken},
    service::{Peer, RequestContext},
};

use crate::tools::Progress;

/// Sends notifications under the token of one request.
pub(super) struct ClientProgress {
    peer: Peer<RoleServer>,
    token: Option<ProgressToken>,
}

impl ClientProgress {
    /// Progress of the request in `context`; silent when it carries no token.
    pub(super) fn new(context: &RequestContext<RoleServer>) -> Self {
        Self {
            peer: context.peer.clone(),
            token: context.meta.get_progress_token(),
        }
    }
}

impl Progress for ClientProgress {
    fn report(&self, waited: f64, total: f64, message: String) {
        let Some(token) = self.token.clone() else {
            return;
        };
        let peer = self.peer.clone();
        let notification = ProgressNotificationParam::new(token, waited)
            .with_total(total)
            .with_message(message);
        // A client that no longer listens is no reason to stop.
        tokio::spawn(async move {
            let sent =
                tokio::time::timeout(Duration::from_secs(5), peer.notify_progress(notification));
            drop(sent.await);
        });
    }
}
