//! What the simulator remembers: plain data, and looking things up in it.

mod accounts;
mod journal;
mod lists;
mod lookups;
mod sessions;
mod state;
mod webhooks;
mod workflows;

pub use self::{
    accounts::{Account, Application, Checkout, Organization, Token},
    journal::{Fault, FaultKind, Mail, RecordedRequest},
    lists::{Entry, List},
    sessions::{Activity, Session, Step},
    state::State,
    webhooks::{Delivery, Destination, Event},
    workflows::Workflow,
};
