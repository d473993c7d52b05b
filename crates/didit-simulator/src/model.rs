//! What the simulator remembers: plain data, and looking things up in it.

mod accounts;
mod journal;
mod lists;
mod lookups;
mod owned;
mod sessions;
mod state;
mod webhooks;
mod workflows;

pub(crate) use self::{
    accounts::{Account, Application, Checkout, KeyRights, SecondFactor, Token},
    journal::{Fault, FaultKind, Mail, RecordedRequest},
    lists::{Entry, List},
    owned::{All, Owned},
    sessions::{Activity, PreviewedMail, Session, Step},
    state::State,
    webhooks::{Delivery, Destination, Event},
    workflows::Workflow,
};
