//! The state of confirmations: the key that signs tokens and questions, which of them were used, and what a
//! human's no has voided.
//!
//! It lies beside the credentials, so that a preview in one process can be confirmed in the next: many clients start a process
//! for each call. Where nothing can be written there, it lives in this process alone.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use rmcp::model::{RequestStateCodec, SealOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::private_file;

/// How long a token and an open question stay valid.
pub(super) const VALID_FOR: Duration = Duration::from_secs(600);

/// What can be agreed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// The token of a preview, which the model carries.
    Token,
    /// An open question, which only the client may answer.
    Question,
}

/// A token or an open question.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    id: Uuid,
    kind: Kind,
    /// Microseconds since 1970.
    at: u64,
    scope: String,
}

/// Why a ticket is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InvalidTicket {
    /// It was not issued for this call, or cannot be read.
    Foreign,
    /// It is older than it may be.
    Expired,
    /// It was used.
    Spent,
    /// A no, another key or another way of asking has made it void.
    Void,
}

/// One profile's book, as it is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Book {
    /// Signs tokens; 32 bytes in base64.
    #[serde(default)]
    key: String,
    /// Ids that were used, until when they need to be remembered.
    #[serde(default)]
    spent: BTreeMap<Uuid, u64>,
    #[serde(default)]
    voids: Vec<Void>,
}

/// Everything of a scope that was given out up to a moment is void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Void {
    /// `None` for every scope.
    scope: Option<String>,
    /// `None` for both kinds.
    kind: Option<Kind>,
    at: u64,
}

/// The book of this profile. Clones share it.
#[derive(Clone)]
pub struct Ledger(Arc<Inner>);

struct Inner {
    /// The file, and the profile within it.
    place: Option<(PathBuf, String)>,
    kept: Mutex<Kept>,
}

/// What this process knows.
#[derive(Default)]
struct Kept {
    book: Book,
    /// Why the book is in this process alone.
    unwritable: Option<String>,
}

impl Ticket {
    /// How long ago it was given out.
    pub(super) fn age(&self) -> Duration {
        Duration::from_micros(now().saturating_sub(self.at))
    }
}

impl Ledger {
    /// A ledger in a file beside the credentials, or in this process alone. Nothing is read or written yet.
    pub fn new(place: Option<(PathBuf, String)>) -> Self {
        Self(Arc::new(Inner {
            place,
            kept: Mutex::default(),
        }))
    }

    /// Gives out a ticket for a scope, sealed for exactly this call and bound to what was seen.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(super) async fn issue(
        &self,
        kind: Kind,
        scope: &str,
        call: &[u8],
        seen: &[u8],
    ) -> std::io::Result<(Ticket, String)> {
        let mut issued = Err(std::io::Error::other("no ticket"));
        self.change(|book| {
            // A no and the next question can fall into one moment; the question is then the later one.
            let last_no = book.voids.iter().map(|void| void.at).max().unwrap_or(0);
            let ticket = Ticket {
                id: Uuid::new_v4(),
                kind,
                at: now().max(last_no + 1),
                scope: scope.to_owned(),
            };
            issued = codec(book).map(|codec| {
                let mut payload = ticket.id.as_bytes().to_vec();
                payload.extend(ticket.at.to_be_bytes());
                payload.extend(digest(seen));
                let binding = binding(kind, call);
                let options = SealOptions::new().associated_data(&binding);
                let sealed = codec.seal_with(&payload, &options);
                (ticket, sealed)
            });
        })
        .await;
        issued
    }

    /// Opens a sealed ticket of this call without using it up.
    pub(super) async fn open(
        &self,
        kind: Kind,
        scope: &str,
        call: &[u8],
        sealed: &str,
    ) -> Result<(Ticket, Vec<u8>), InvalidTicket> {
        let mut opened = Err(InvalidTicket::Foreign);
        self.change(|book| {
            let Ok(codec) = codec(book) else { return };
            let Ok(payload) = codec.open_with(sealed, &binding(kind, call)) else {
                return;
            };
            let Some((id, rest)) = payload.split_first_chunk::<16>() else {
                return;
            };
            let Some((at, seen)) = rest.split_first_chunk::<8>() else {
                return;
            };
            let ticket = Ticket {
                id: Uuid::from_bytes(*id),
                kind,
                at: u64::from_be_bytes(*at),
                scope: scope.to_owned(),
            };
            opened = Ok((ticket, seen.to_vec()));
        })
        .await;
        opened
    }

    /// Uses a ticket up, if it is worth something.
    pub(super) async fn spend(&self, ticket: &Ticket) -> Result<(), InvalidTicket> {
        let mut outcome = Ok(());
        self.change(|book| {
            let expired = now().saturating_sub(ticket.at) > micros(VALID_FOR);
            let is_void = book.voids.iter().any(|void| {
                void.scope
                    .as_ref()
                    .is_none_or(|scope| *scope == ticket.scope)
                    && void.kind.is_none_or(|kind| kind == ticket.kind)
                    && void.at >= ticket.at
            });
            outcome = match (expired, is_void, book.spent.contains_key(&ticket.id)) {
                (_, _, true) => Err(InvalidTicket::Spent),
                (true, ..) => Err(InvalidTicket::Expired),
                (_, true, _) => Err(InvalidTicket::Void),
                _ => Ok(()),
            };
            book.spent
                .insert(ticket.id, ticket.at.saturating_add(micros(VALID_FOR)));
        })
        .await;
        outcome
    }

    /// Makes everything void that was given out for a scope, or of one kind alone.
    pub(super) async fn void(&self, scope: &str, kind: Option<Kind>) {
        self.add_void(Some(scope.to_owned()), kind).await;
    }

    /// Makes everything void, because the key in use has changed.
    pub async fn void_all(&self) {
        self.add_void(None, None).await;
    }

    /// Why tokens hold in this process alone, where they do.
    pub(super) async fn unwritable(&self) -> Option<String> {
        self.0.kept.lock().await.unwritable.clone()
    }

    async fn add_void(&self, scope: Option<String>, kind: Option<Kind>) {
        self.change(|book| {
            book.voids.push(Void {
                scope,
                kind,
                at: now(),
            });
        })
        .await;
    }

    /// Changes the book: the one in the file, with what this process alone knows, or else that one alone.
    async fn change(&self, change: impl FnOnce(&mut Book)) {
        let mut kept = self.0.kept.lock().await;
        let Some((path, profile)) = &self.0.place else {
            change(&mut kept.book);
            kept.book.forget_old();
            return;
        };
        let turn = private_file::WriteLock::take(path).await;
        let text = turn.as_ref().ok().map(|_| private_file::read(path));
        let (turn, text) = match (turn, text) {
            (Ok(turn), Some(Ok(text))) => (Ok(turn), text),
            (Ok(_), Some(Err(error))) | (Err(error), _) => (Err(error), None),
            (Ok(turn), None) => (Ok(turn), None),
        };
        // A damaged book is replaced by an empty one. All earlier tickets become invalid, which is the safe side.
        let mut books: BTreeMap<String, Book> = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let mut book = books.remove(profile).unwrap_or_default();
        book.add(&kept.book);
        change(&mut book);
        book.forget_old();
        kept.book = book.clone();
        books.insert(profile.clone(), book);
        let written = match turn {
            Ok(turn) => turn.replace(&books).await,
            Err(error) => Err(error),
        };
        kept.unwritable = written.err().map(|error| why_unwritable(path, error));
    }
}

fn why_unwritable(path: &Path, error: private_file::Error) -> String {
    let why = match error {
        private_file::Error::Busy => "another process holds it".to_owned(),
        private_file::Error::TooPermissive { .. } => {
            "it or its folder is open to others".to_owned()
        }
        private_file::Error::Io(error) => error.to_string(),
    };
    format!("{} cannot be written ({why})", path.display())
}

impl Book {
    /// Takes over what another copy of the book knows.
    fn add(&mut self, other: &Self) {
        if self.key.is_empty() {
            self.key.clone_from(&other.key);
        }
        self.spent.extend(&other.spent);
        for void in &other.voids {
            if !self.voids.contains(void) {
                self.voids.push(void.clone());
            }
        }
    }

    /// What is older than any valid ticket need not be remembered.
    fn forget_old(&mut self) {
        let now = now();
        self.spent.retain(|_, until| *until >= now);
        self.voids
            .retain(|void| void.at.saturating_add(micros(VALID_FOR)) >= now);
    }
}

/// The codec of a book, whose key is made at the first use.
fn codec(book: &mut Book) -> std::io::Result<RequestStateCodec> {
    let known = STANDARD.decode(&book.key).ok();
    let key = match known.filter(|key| key.len() == 32) {
        Some(key) => key,
        None => {
            let mut key = vec![0_u8; 32];
            getrandom::fill(&mut key).map_err(|error| std::io::Error::other(error.to_string()))?;
            book.key = STANDARD.encode(&key);
            key
        }
    };
    RequestStateCodec::try_new(key).map_err(std::io::Error::other)
}

/// A token and an open question of one call can never stand in for each other: the model sees both, and only the client may
/// answer a question.
fn binding(kind: Kind, call: &[u8]) -> Vec<u8> {
    let mut binding = match kind {
        Kind::Token => b"token\n".to_vec(),
        Kind::Question => b"question\n".to_vec(),
    };
    binding.extend(call);
    binding
}

/// A digest of what was seen, as it stands in a ticket.
pub(super) fn digest(seen: &[u8]) -> Vec<u8> {
    Sha256::digest(seen).get(..16).unwrap_or_default().to_vec()
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, micros)
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    async fn sealed(ledger: &Ledger, kind: Kind) -> String {
        let issued = ledger.issue(kind, "scope", b"call", b"seen").await;
        issued.unwrap().1
    }

    async fn redeem(ledger: &Ledger, kind: Kind, sealed: &str) -> Result<(), InvalidTicket> {
        let (ticket, _) = ledger.open(kind, "scope", b"call", sealed).await?;
        ledger.spend(&ticket).await
    }

    #[tokio::test]
    async fn a_ticket_is_for_one_call_of_one_kind_and_works_once() {
        let ledger = Ledger::new(None);
        let token = sealed(&ledger, Kind::Token).await;
        assert_eq!(
            redeem(&ledger, Kind::Question, &token).await,
            Err(InvalidTicket::Foreign)
        );
        let other = ledger.open(Kind::Token, "scope", b"other", &token).await;
        assert_eq!(other.map(drop), Err(InvalidTicket::Foreign));
        let (ticket, seen) = ledger
            .open(Kind::Token, "scope", b"call", &token)
            .await
            .unwrap();
        assert_eq!(seen, digest(b"seen"));
        assert_eq!(ledger.spend(&ticket).await, Ok(()));
        assert_eq!(ledger.spend(&ticket).await, Err(InvalidTicket::Spent));
    }

    #[tokio::test]
    async fn a_no_makes_void_what_was_given_out_before_and_nothing_after() {
        let ledger = Ledger::new(None);
        let token = sealed(&ledger, Kind::Token).await;
        let question = sealed(&ledger, Kind::Question).await;
        ledger.void("another scope", None).await;
        ledger.void("scope", Some(Kind::Question)).await;
        assert_eq!(
            redeem(&ledger, Kind::Question, &question).await,
            Err(InvalidTicket::Void)
        );
        assert_eq!(redeem(&ledger, Kind::Token, &token).await, Ok(()));
        let token = sealed(&ledger, Kind::Token).await;
        ledger.void_all().await;
        assert_eq!(
            redeem(&ledger, Kind::Token, &token).await,
            Err(InvalidTicket::Void)
        );
        let token = sealed(&ledger, Kind::Token).await;
        assert_eq!(redeem(&ledger, Kind::Token, &token).await, Ok(()));
    }

    /// A clock is no finer than its ticks, and may be set back: what follows a no is later all the same.
    #[tokio::test]
    async fn a_no_and_a_ticket_of_one_moment_stand_in_their_order() {
        let ledger = Ledger::new(None);
        let issued = ledger.issue(Kind::Token, "scope", b"call", b"seen").await;
        let (before, _) = issued.unwrap();
        let void = Void {
            scope: None,
            kind: None,
            at: before.at,
        };
        ledger.0.kept.lock().await.book.voids.push(void);
        assert_eq!(ledger.spend(&before).await, Err(InvalidTicket::Void));
        let void = Void {
            scope: None,
            kind: None,
            at: now() + micros(Duration::from_secs(5)),
        };
        ledger.0.kept.lock().await.book.voids.push(void);
        let token = sealed(&ledger, Kind::Token).await;
        assert_eq!(redeem(&ledger, Kind::Token, &token).await, Ok(()));
    }

    #[tokio::test]
    async fn processes_of_one_profile_share_a_book_and_profiles_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let open = |profile: &str| {
            let path = folder.path().join("deeper").join("confirmations.json");
            Ledger::new(Some((path, profile.to_owned())))
        };
        let (one, two, other) = (open("default"), open("default"), open("live"));
        let token = sealed(&one, Kind::Token).await;
        assert_eq!(
            redeem(&other, Kind::Token, &token).await,
            Err(InvalidTicket::Foreign)
        );
        assert_eq!(redeem(&two, Kind::Token, &token).await, Ok(()));
        assert_eq!(
            redeem(&one, Kind::Token, &token).await,
            Err(InvalidTicket::Spent)
        );
        let token = sealed(&two, Kind::Token).await;
        one.void("scope", None).await;
        assert_eq!(
            redeem(&two, Kind::Token, &token).await,
            Err(InvalidTicket::Void)
        );
        assert_eq!(one.unwritable().await, None);
    }

    #[tokio::test]
    async fn where_nothing_can_be_written_tokens_live_in_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        std::fs::write(&file, "").unwrap();
        let open = || {
            Ledger::new(Some((
                file.join("confirmations.json"),
                "default".to_owned(),
            )))
        };
        let (one, two) = (open(), open());
        let token = sealed(&one, Kind::Token).await;
        assert!(one.unwritable().await.is_some());
        assert_eq!(
            redeem(&two, Kind::Token, &token).await,
            Err(InvalidTicket::Foreign)
        );
        assert_eq!(redeem(&one, Kind::Token, &token).await, Ok(()));
        assert_eq!(
            redeem(&one, Kind::Token, &token).await,
            Err(InvalidTicket::Spent)
        );
    }

    #[tokio::test]
    async fn a_ticket_lives_for_ten_minutes() {
        let ledger = Ledger::new(None);
        for (seconds, worth) in [(590, Ok(())), (601, Err(InvalidTicket::Expired))] {
            let issued = ledger.issue(Kind::Token, "scope", b"call", b"seen").await;
            let (ticket, _) = issued.unwrap();
            let old = Ticket {
                at: ticket.at - micros(Duration::from_secs(seconds)),
                ..ticket
            };
            assert!(old.age() >= Duration::from_secs(seconds));
            assert_eq!(ledger.spend(&old).await, worth, "{seconds}");
        }
    }
}
